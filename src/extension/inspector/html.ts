import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The inspector's page. Nothing but our own script and style may be loaded; `data:` is for pictures that the page makes. There is no network. */
export function pageOf(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const resource = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; font-src ${webview.cspSource}; img-src ${webview.cspSource} data:; script-src 'nonce-${nonce}';`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="${resource('inspector.css')}">
<title>Model Inspector</title>
</head>
<body>
<main id="app"></main>
<script nonce="${nonce}" src="${resource('inspector.js')}"></script>
</body>
</html>`;
}
