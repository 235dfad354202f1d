/** The only file that knows the toolkit the controls come from. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { element } from './dom.js';

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodePanels(),
  vsCodePanelTab(),
  vsCodePanelView(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

/** `label`: what it does, where its text is only a sign. */
export function button(text: string, action: () => void, label?: string): HTMLElement {
  const named: Record<string, string> = label === undefined ? {} : { 'aria-label': label, title: label };
  const control = element('vscode-button', { appearance: 'secondary', ...named }, text);
  control.addEventListener('click', action);
  return control;
}

/** A drop-down list that calls back with what was chosen. */
export function dropdown(
  label: string,
  options: readonly string[],
  chosen: string,
  changed: (value: string) => void,
): HTMLElement {
  const items = options.map((value) =>
    element('vscode-option', value === chosen ? { value, selected: '' } : { value }, value),
  );
  const control = element('vscode-dropdown', { 'aria-label': label }, ...items);
  control.addEventListener('change', () => changed((control as HTMLSelectElement).value));
  return control;
}

/** A text field that calls back on every keystroke. */
export function textField(label: string, changed: (value: string) => void): HTMLElement {
  const control = element('vscode-text-field', { placeholder: label, 'aria-label': label });
  control.addEventListener('input', () => changed((control as HTMLInputElement).value));
  return control;
}

/** A text field with its name above it, that has a value from the start. */
export function labelledField(
  label: string,
  value: string,
  size: number,
  changed: (value: string) => void,
): HTMLElement {
  const control = element('vscode-text-field', { size: String(size), value }, label);
  control.addEventListener('input', () => changed((control as HTMLInputElement).value));
  return control;
}

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly content: HTMLElement;
}

/** Tabs of which one is shown; calls back with its id when another is chosen. */
export function tabs(label: string, list: readonly Tab[], chosen: string, changed: (id: string) => void): HTMLElement {
  const control = element(
    'vscode-panels',
    { 'aria-label': label, activeid: `tab-${chosen}` },
    ...list.map(({ id, title }) => element('vscode-panel-tab', { id: `tab-${id}` }, title)),
    ...list.map(({ id, content }) => element('vscode-panel-view', { id: `view-${id}` }, content)),
  );
  control.addEventListener('change', (event) => {
    // Controls inside a panel have changes of their own, which come up here.
    if (event.target !== control) return;
    // The property: the attribute follows later.
    changed((control as HTMLElement & { activeid: string }).activeid.replace(/^tab-/, ''));
  });
  return control;
}

export function checkbox(label: string, checked: boolean, changed: (checked: boolean) => void): HTMLElement {
  const control = element('vscode-checkbox', checked ? { checked: '' } : {}, label);
  control.addEventListener('change', () => changed((control as HTMLInputElement).checked));
  return control;
}

export function progress(): HTMLElement {
  return element('vscode-progress-ring', { 'aria-label': 'Analysing' });
}

/** A control with its name above it, as a text field has it. */
export function labelled(label: string, control: HTMLElement): HTMLElement {
  return element('div', { class: 'labelled' }, element('span', { 'aria-hidden': 'true' }, label), control);
}
