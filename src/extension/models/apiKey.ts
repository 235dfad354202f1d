/** The Anthropic key: in the editor's secret storage, or from the environment. It goes nowhere else. */
import * as vscode from 'vscode';

const SECRET = 'architect.anthropic.apiKey';
const VARIABLE = 'ANTHROPIC_API_KEY';

export interface KnownKey {
  readonly key: string;
  /** `stored`: set by the command; `environment`: the variable of the process that runs extensions. */
  readonly from: 'stored' | 'environment';
}

/** The one place that knows the key. */
export class ApiKey implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** There is another key, or none any more. */
  readonly onDidChange = this.changed.event;
  private readonly listener: vscode.Disposable;
  private read: Promise<string | undefined> | undefined;

  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {
    // Fires for other windows, too.
    this.listener = secrets.onDidChange(({ key }) => {
      if (key !== SECRET) return;
      this.read = undefined;
      this.changed.fire();
    });
  }

  /** A stored key goes before the environment's. */
  async get(): Promise<KnownKey | undefined> {
    // Asked before every request: the storage's answer is kept until it changes.
    this.read ??= Promise.resolve(this.secrets.get(SECRET));
    const stored = await this.read;
    if (stored) return { key: stored, from: 'stored' };
    const inherited = this.environment[VARIABLE]?.trim();
    return inherited ? { key: inherited, from: 'environment' } : undefined;
  }

  async store(key: string): Promise<void> {
    await this.secrets.store(SECRET, key);
  }

  async forget(): Promise<void> {
    await this.secrets.delete(SECRET);
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }
}
