/** How serious a finding is. In a file of its own: the webview reads it, and nothing else of the engine. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';
