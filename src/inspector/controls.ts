/** The only file that knows the toolkit the controls come from. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { element } from './dom.js';

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

export function button(text: string, action: () => void): HTMLElement {
  const control = element('vscode-button', { appearance: 'secondary' }, text);
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

export function checkbox(label: string, checked: boolean, changed: (checked: boolean) => void): HTMLElement {
  const control = element('vscode-checkbox', checked ? { checked: '' } : {}, label);
  control.addEventListener('change', () => changed((control as HTMLInputElement).checked));
  return control;
}

export function progress(): HTMLElement {
  return element('vscode-progress-ring', { 'aria-label': 'Analysing' });
}
