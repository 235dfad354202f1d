/** Verification as VS Code has it: the settings, the selected Python, unsaved text, and workspace trust. */
import * as vscode from 'vscode';
import type { VerifyPort } from '../../agent/index.js';
import { prepareVerification } from '../../verify/index.js';
import { analyserPort } from '../agent/analyserPort.js';
import { PYTHON_EXTENSION, selectedEnvironment, type PythonApi } from '../analysis/installedPackages.js';
import type { Services } from '../services.js';

const UNTRUSTED =
  'This workspace is not trusted, so none of its code is run. Trust it with “Workspaces: Manage Workspace Trust” first.';

export function verifyPort(services: Services): VerifyPort {
  return {
    prepare: async ({ uri, ...target }, signal) => {
      const analyser = analyserPort(services);
      if (!vscode.workspace.isTrusted) return { problem: UNTRUSTED };
      const settings = vscode.workspace.getConfiguration('architect');
      const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
      const selected = await selectedPython(services.log);
      return prepareVerification(
        {
          ask: (method, params, asking) => analyser.request(method, params, asking),
          interpreter: {
            setting: settings.get('verify.python', ''),
            ...(selected === undefined ? {} : { selected }),
            folders,
            env: process.env,
          },
          script: services.context.asAbsolutePath('dist/verify.py'),
          roots: [...folders, ...settings.get<string[]>('analysis.paths', [])],
          overlays: unsavedTexts(),
          undecided: services.changes.pending.uris.map((each) => onDisk(vscode.Uri.parse(each)).fsPath),
          seconds: settings.get('verify.timeLimit', 120),
        },
        { ...target, uri: onDisk(vscode.Uri.parse(uri)).toString() },
        signal,
      );
    },
  };
}

/** A file that was proposed lives in an unsaved document of its future path. */
function onDisk(uri: vscode.Uri): vscode.Uri {
  return uri.scheme === 'untitled' && uri.path.startsWith('/') ? uri.with({ scheme: 'file' }) : uri;
}

function unsavedTexts(): Record<string, string> {
  return Object.fromEntries(
    vscode.workspace.textDocuments
      .filter(({ isDirty, languageId, uri }) => isDirty && languageId === 'python' && onDisk(uri).scheme === 'file')
      .map((document) => [onDisk(document.uri).fsPath, document.getText()]),
  );
}

/** The Python that the user selected in the Python extension, if that is there. */
async function selectedPython(log: vscode.LogOutputChannel): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>(PYTHON_EXTENSION);
  if (!extension) return undefined;
  try {
    const { environments } = await extension.activate();
    const environment = await selectedEnvironment(environments);
    return environment?.executable.uri?.fsPath;
  } catch (error) {
    log.warn(`The Python extension did not say which Python is selected: ${String(error)}`);
    return undefined;
  }
}
