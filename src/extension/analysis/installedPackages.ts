/** Folders of the packages that are installed for the Python which the user selected in the Python extension, where there is one. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { sitePackages } from './sitePackages.js';

/** What is used of the Python extension's public interface. */
export interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: { readonly path: string }): Promise<
      | {
          readonly executable: { readonly sysPrefix?: string; readonly uri?: vscode.Uri };
          readonly version?: { readonly major?: number; readonly minor?: number };
        }
      | undefined
    >;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

export const PYTHON_EXTENSION = 'ms-python.python';

/** The environment that the user selected for the workspace. */
export function selectedEnvironment(
  environments: PythonApi['environments'],
): ReturnType<PythonApi['environments']['resolveEnvironment']> {
  const resource = vscode.workspace.workspaceFolders?.[0]?.uri;
  return environments.resolveEnvironment(environments.getActiveEnvironmentPath(resource));
}

export class InstalledPackages implements vscode.Disposable {
  /** Known a while after the start: finding a Python takes longer than the first analysis. */
  folders: readonly string[] = [];
  private readonly disposables: vscode.Disposable[] = [];
  private watching = false;

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly changed: () => void,
  ) {}

  /** Looks now, and again when the user selects another Python or installs the extension. Nobody waits for it. */
  watch(): void {
    if (this.watching) return;
    this.watching = true;
    this.disposables.push(vscode.extensions.onDidChange(() => this.attach()));
    this.attach();
  }

  dispose(): void {
    for (const each of this.disposables) each.dispose();
  }

  private attached = false;
  private attach(): void {
    const extension = vscode.extensions.getExtension<PythonApi>(PYTHON_EXTENSION);
    if (!extension || this.attached) return;
    this.attached = true;
    const look = async (): Promise<void> => {
      const { environments } = await extension.activate();
      if (!environments) return;
      this.disposables.push(
        environments.onDidChangeActiveEnvironmentPath(() => this.quietly(() => this.look(environments))),
      );
      await this.look(environments);
    };
    this.quietly(look);
  }

  private async look(environments: PythonApi['environments']): Promise<void> {
    const environment = await selectedEnvironment(environments);
    const prefix = environment?.executable.sysPrefix;
    const found = prefix
      ? sitePackages(prefix, environment.version ?? {}, process.platform).filter((folder) => existsSync(folder))
      : [];
    if (found.join() === this.folders.join()) return;
    this.folders = found;
    this.log.info(`Imports are looked for in ${found.join(', ') || 'the workspace alone'} as well.`);
    this.changed();
  }

  /** Another extension's fault is no reason for ours to fail: it is in the log. */
  private quietly(action: () => Promise<void>): void {
    action().catch((error: unknown) =>
      this.log.warn(`The Python extension did not say which Python is selected: ${String(error)}`),
    );
  }
}
