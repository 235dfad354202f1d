// What a question brings along, as the editor hands it over.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AgentContext } from '../../src/agent/index.js';
import { contextOf } from '../../src/extension/agent/context.js';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
const JPEG = Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1');
const BITMAP = Buffer.from('BM\x46\0\0\0\0\0\0\0', 'latin1');

describe('what is attached to a question', () => {
  const folder = (): vscode.Uri => vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail('no folder is open');
  const written: vscode.Uri[] = [];
  const write = async (name: string, bytes: Uint8Array): Promise<vscode.Uri> => {
    const uri = vscode.Uri.joinPath(folder(), name);
    await vscode.workspace.fs.writeFile(uri, bytes);
    written.push(uri);
    return uri;
  };
  afterEach(async () => {
    for (const uri of written.splice(0)) await vscode.workspace.fs.delete(uri, { recursive: true });
  });
  const ask = (...values: unknown[]): Promise<AgentContext> =>
    contextOf({
      command: undefined,
      prompt: 'What is it?',
      references: values.map((value, i) => ({ id: `reference ${i}`, value })),
    });
  /** As the editor gives the data of a picture; its words for the kind are a guess. */
  const data = (bytes: Uint8Array, reference?: vscode.Uri): object => ({
    mimeType: 'image/png',
    data: () => Promise.resolve(bytes),
    reference,
  });

  it('is told by name: a file, a folder, a part of a file', async () => {
    const file = await write('run.csv', Buffer.from('epoch,loss\n'));
    const part = new vscode.Location(file, new vscode.Range(0, 0, 0, 5));
    const { attachments } = await ask(file, folder(), part);
    assert.deepEqual(
      attachments?.map(({ label, isFolder, range }) => [label, isFolder, range?.end.character]),
      [
        ['run.csv', undefined, undefined],
        [folder().path.split('/').at(-1), true, undefined],
        ['run.csv', undefined, 5],
      ],
    );
  });

  it('is a picture by its bytes, with its place in the workspace', async () => {
    const file = await write('curve.png', JPEG);
    const outside = vscode.Uri.file('/pasted/picture.png');
    const { images, attachments } = await ask(file, data(JPEG, file), data(PNG, outside), data(PNG));
    assert.deepEqual(
      images?.map(({ mediaType, label, uri }) => [mediaType, label, uri]),
      [
        ['image/jpeg', 'curve.png', file.toString()],
        ['image/jpeg', 'curve.png', file.toString()],
        ['image/png', 'picture.png', undefined],
        ['image/png', 'reference 3', undefined],
      ],
    );
    assert.deepEqual(images?.[0]?.data, JPEG.toString('base64'));
    assert.deepEqual(attachments, []);
  });

  it('is refused in plain words: a picture that no model takes, and what is none', async () => {
    const bitmap = await write('curve.bmp', BITMAP);
    const none = await write('curve.png', Buffer.from('no picture'));
    const how = 'Save it as PNG, JPEG, GIF or WebP, or ask without it.';
    await assert.rejects(ask(bitmap), { message: `curve.bmp, which is attached, is a BMP picture. ${how}` });
    await assert.rejects(ask(data(BITMAP, bitmap)), {
      message: `curve.bmp, which is attached, is a BMP picture. ${how}`,
    });
    await assert.rejects(ask(none), {
      message: `curve.png, which is attached, is no picture that can be read. ${how}`,
    });
  });

  it('is said to be gone in plain words: code, another text, a part of one, a notebook, a picture', async () => {
    for (const name of ['gone.py', 'gone.csv', 'gone.ipynb', 'gone.png']) {
      const uri = vscode.Uri.joinPath(folder(), name);
      const message = `${name}, which is attached, is no longer there. Attach it again, or ask without it.`;
      await assert.rejects(ask(uri), { message });
      await assert.rejects(ask(new vscode.Location(uri, new vscode.Range(0, 0, 1, 0))), { message });
    }
  });
});
