/** What may be typed next in a `# architect:` comment. Pure: text before the cursor in, suggestions out. */
import { directiveDtypes } from '../../engine/syntax/index.js';
import type { Parameter } from '../../engine/model/index.js';
import type { DirectiveHelp } from '../../engine/report/index.js';
import { directiveSnippet } from './snippet.js';

export type SuggestionKind = 'class' | 'keyword' | 'parameter' | 'input' | 'type' | 'size' | 'value';

export interface Suggestion {
  readonly kind: SuggestionKind;
  readonly label: string;
  /** In the editor's snippet syntax. */
  readonly snippet: string;
  /** Beside the label. */
  readonly detail?: string;
  /** How many characters before the cursor it takes the place of. */
  readonly replaces: number;
}

const HEAD = /^\s*#+\s*architect\s*:\s*/;
/** Sizes as people call them. */
const SIZES = ['B', 'C', 'H', 'W', 'T', 'N', 'D'];

/** Whether a line before the cursor is one that `completeDirective` has something to say about. */
export function isDirectiveLine(before: string): boolean {
  return HEAD.test(before) || /^\s*#+\s*(?:a\w*)?$/.test(before);
}

/** Suggestions at the end of `before`, the line's text up to the cursor. */
export function completeDirective(before: string, help: Pick<DirectiveHelp, 'classes' | 'sizes'>): Suggestion[] {
  const head = HEAD.exec(before)?.[0];
  if (head === undefined) {
    const begun = /a\w*$/.exec(before)?.[0] ?? '';
    if (!isDirectiveLine(before) || !'architect'.startsWith(begun) || help.classes.length === 0) return [];
    const space = /#$/.test(before) ? ' ' : '';
    return [{ kind: 'keyword', label: 'architect:', snippet: `${space}architect: `, replaces: begun.length }];
  }
  const text = before.slice(head.length);
  const word = /\w*$/.exec(text)?.[0] ?? '';
  if (/^\w*$/.test(text)) return heads(word, help);
  const [, name = '', rest = ''] = /^(\w+)\s*(.*)$/.exec(text) ?? [];
  const cls = help.classes.find((each) => each.name === name);
  if (!cls) return [];
  const { groups, open } = groupsOf(rest);
  if (open === null) return [];
  if (groups === 1) return argumentsOf(open, word, cls.init ?? []);
  if (groups === 2) return inputsOf(open, word, cls.forward ?? [], help.sizes);
  return [];
}

function heads(word: string, help: Pick<DirectiveHelp, 'classes'>): Suggestion[] {
  const classes = help.classes.map((cls): Suggestion => ({
    kind: 'class',
    label: cls.name,
    detail: `(${(cls.init ?? []).map(shown).join(', ')})`,
    snippet: directiveSnippet(cls, []),
    replaces: word.length,
  }));
  const rest = [
    ['ignore', 'ignore[${1:L01}]', 'silence a rule on this line'],
    ['share', 'share[${1:name}]', 'weights are shared on purpose'],
  ] as const;
  return [
    ...classes,
    ...rest.map(([label, snippet, detail]): Suggestion => ({
      kind: 'keyword',
      label,
      snippet,
      detail,
      replaces: word.length,
    })),
  ];
}

const shown = ({ name, form, default: value }: Parameter): string =>
  `${form === 'star' ? '*' : form === 'doubleStar' ? '**' : ''}${name}${value === null ? '' : `=${value}`}`;

/** How many groups in parentheses were begun, and what stands in the last one while it is open. */
function groupsOf(text: string): { groups: number; open: string | null } {
  let groups = 0;
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if ('([{'.includes(c)) {
      if (depth++ === 0) {
        groups++;
        from = i + 1;
      }
    } else if (')]}'.includes(c)) depth--;
  }
  return { groups, open: depth > 0 ? text.slice(from) : null };
}

/** The parts of a list between its own commas, the last one being typed. */
function parts(text: string): string[] {
  const list = [''];
  let depth = 0;
  for (const c of text) {
    if ('([{'.includes(c)) depth++;
    if (')]}'.includes(c)) depth--;
    if (c === ',' && depth === 0) list.push('');
    else list[list.length - 1] += c;
  }
  return list.map((part) => part.trimStart());
}

/** Parameters that are not given yet. */
function left(given: readonly string[], parameters: readonly Parameter[]): readonly Parameter[] {
  const names = new Set(given.flatMap((part) => /^(\w+)\s*[:=]/.exec(part)?.[1] ?? []));
  const byPlace = given.filter((part) => !/^\w+\s*[:=]/.test(part)).length;
  return parameters
    .filter(({ form }) => form !== 'star' && form !== 'doubleStar')
    .filter(({ name, form }, i) => !names.has(name) && (form === 'keywordOnly' || i >= byPlace));
}

function argumentsOf(open: string, word: string, parameters: readonly Parameter[]): Suggestion[] {
  const list = parts(open);
  const current = list.at(-1) ?? '';
  const named = /^(\w+)\s*=\s*\w*$/.exec(current)?.[1];
  const parameter = named === undefined ? undefined : parameters.find(({ name }) => name === named);
  if (parameter) return valuesOf(parameter, word);
  if (!/^\w*$/.test(current)) return [];
  return left(list.slice(0, -1), parameters).map((each): Suggestion => ({
    kind: 'parameter',
    label: `${each.name}=`,
    detail: each.default ?? each.annotation ?? undefined,
    snippet: each.default === null ? `${each.name}=` : `${each.name}=\${1:${escaped(each.default)}}`,
    replaces: word.length,
  }));
}

function valuesOf({ default: value, annotation }: Parameter, word: string): Suggestion[] {
  const truth = value === 'True' || value === 'False' || annotation === 'bool';
  const values = new Set([...(value === null ? [] : [value]), ...(truth ? ['True', 'False'] : [])]);
  return [...values].map((label) => ({ kind: 'value', label, snippet: escaped(label), replaces: word.length }));
}

function inputsOf(
  open: string,
  word: string,
  parameters: readonly Parameter[],
  sizes: readonly string[],
): Suggestion[] {
  const list = parts(open);
  const current = list.at(-1) ?? '';
  if (/\[[^\]]*$/.test(current)) {
    if (/\[(?:.*,)?\s*\w*$/.test(current))
      return [...new Set([...sizes, ...SIZES])].map((label) => ({
        kind: 'size',
        label,
        snippet: label,
        replaces: word.length,
      }));
    return [];
  }
  if (/^\w+\s*:\s*\w*$/.test(current)) return types(word);
  if (!/^\w*$/.test(current)) return [];
  const names = left(list.slice(0, -1), parameters).map((each): Suggestion => ({
    kind: 'input',
    label: each.name,
    detail: each.default === null ? (each.annotation ?? undefined) : `=${each.default}`,
    // What has a default that is no tensor is given as a value.
    snippet:
      each.default === null || each.default === 'None'
        ? `${each.name}: \${1:f32}[$2]`
        : `${each.name}=\${1:${escaped(each.default)}}`,
    replaces: word.length,
  }));
  return [...names, ...types(word)];
}

function types(word: string): Suggestion[] {
  return Object.entries(directiveDtypes).map(([label, dtype]) => ({
    kind: 'type',
    label,
    detail: dtype,
    snippet: `${label}[$1]`,
    replaces: word.length,
  }));
}

/** Text as a snippet takes it. */
function escaped(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
