// Runs functions that a test sends, inside the extension host, and answers with what they return. The address lies in the
// temporary folder that only this editor has.
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const fs = require('node:fs');
const vscode = require('vscode');

/** @param {string} body */
async function answer(body) {
  const { code, args } = JSON.parse(body);
  // Compiled TypeScript names its functions by this helper.
  const make = new Function('vscode', '__name', `return (${code});`);
  const value = await make(vscode, (/** @type {unknown} */ target) => target)(vscode, ...args);
  return { value: value === undefined ? null : value };
}

/** @param {vscode.ExtensionContext} context */
exports.activate = (context) => {
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text) => (body += text));
    request.on('end', async () => {
      let result;
      try {
        result = await answer(body);
      } catch (error) {
        result = { error: error instanceof Error ? error.stack : String(error) };
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(result));
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const file = path.join(os.tmpdir(), 'spy.json');
    fs.writeFileSync(`${file}.new`, JSON.stringify(server.address()));
    fs.renameSync(`${file}.new`, file);
  });
  context.subscriptions.push({ dispose: () => server.close() });
};
