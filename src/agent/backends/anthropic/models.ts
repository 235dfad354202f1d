/** Claude models: as the Models API lists them, and as this version of the SDK knows them where it can't be asked. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Effort } from '../../backend.js';

export type ThinkingType = 'adaptive' | 'between_tools' | 'disabled' | 'enabled';

export interface ModelEntry {
  readonly id: string;
  /** For people: `Claude Sonnet 5.5`. */
  readonly name: string;
  /** `sonnet`, `opus`…; `null` if it isn't known. */
  readonly line: string | null;
  /** Tokens that it reads and writes at most. */
  readonly maxInput: number;
  readonly maxOutput: number;
  /** What `thinking.type` may be. */
  readonly thinking: readonly ThinkingType[];
  readonly efforts: readonly Effort[];
  readonly images: boolean;
}

const EFFORTS: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];
const WITHOUT_XHIGH: readonly Effort[] = ['low', 'medium', 'high', 'max'];
const LARGE = { maxInput: 1_000_000, maxOutput: 128_000 };
const SMALL = { maxInput: 200_000, maxOutput: 64_000 };
const ALWAYS: readonly ThinkingType[] = ['adaptive'];
const OPTIONAL: readonly ThinkingType[] = ['adaptive', 'disabled'];
const MANUAL: readonly ThinkingType[] = ['enabled', 'disabled'];

function entry(
  id: string,
  thinking: readonly ThinkingType[],
  efforts: readonly Effort[] = EFFORTS,
  sizes: { readonly maxInput: number; readonly maxOutput: number } = LARGE,
): ModelEntry {
  const [, line = null, ...version] = id.split('-');
  const numbers = version.filter((part) => /^\d{1,2}$/.test(part));
  const name = `Claude ${line === null ? '' : line.charAt(0).toUpperCase() + line.slice(1)} ${numbers.join('.') || version.join(' ')}`;
  return { id, name, line, ...sizes, thinking, efforts, images: true };
}

/** The models of the SDK's `Model` type, newest first; dated names of the same model are left out. */
export const BUILT_IN_MODELS: readonly ModelEntry[] = [
  entry('claude-sonnet-5-5', ['adaptive', 'between_tools']),
  entry('claude-opus-5-5', ALWAYS),
  entry('claude-haiku-5-5', OPTIONAL),
  entry('claude-fable-5-2', ALWAYS),
  entry('claude-mythos-5-2', ALWAYS),
  entry('claude-fable-5-1', ALWAYS),
  entry('claude-mythos-5-1', ALWAYS),
  entry('claude-sonnet-5', OPTIONAL),
  entry('claude-fable-5', ALWAYS),
  entry('claude-mythos-5', ALWAYS),
  entry('claude-opus-5', OPTIONAL),
  entry('claude-opus-4-8', OPTIONAL),
  entry('claude-opus-4-7', OPTIONAL),
  entry('claude-mythos-preview', ['adaptive', 'enabled']),
  entry('claude-opus-4-6', ['adaptive', 'enabled', 'disabled'], WITHOUT_XHIGH),
  entry('claude-sonnet-4-6', ['adaptive', 'enabled', 'disabled'], WITHOUT_XHIGH),
  entry('claude-haiku-4-5', MANUAL, [], SMALL),
  entry('claude-opus-4-5', MANUAL, ['low', 'medium', 'high'], SMALL),
  entry('claude-sonnet-4-5', MANUAL, [], SMALL),
];

/** The newest Sonnet of a list that has the newest first. */
export function defaultModel(models: readonly ModelEntry[] = BUILT_IN_MODELS): string {
  return models.find(({ line }) => line === 'sonnet')?.id ?? models[0]?.id ?? 'claude-sonnet-5-5';
}

/** Also finds a model by its dated name. */
export function findModel(id: string, models: readonly ModelEntry[] = BUILT_IN_MODELS): ModelEntry | undefined {
  const find = (name: string): ModelEntry | undefined =>
    models.find((model) => model.id === name) ?? BUILT_IN_MODELS.find((model) => model.id === name);
  return find(id) ?? find(id.replace(/-\d{8}$/, ''));
}

/** A model as the Models API describes it. */
export function entryOf(info: Anthropic.ModelInfo): ModelEntry {
  const known = findModel(info.id);
  const { capabilities } = info;
  const types = capabilities?.thinking?.types;
  const effort = capabilities?.effort;
  return {
    id: info.id,
    name: info.display_name,
    line: info.line ?? known?.line ?? null,
    maxInput: info.max_input_tokens ?? known?.maxInput ?? SMALL.maxInput,
    maxOutput: info.max_tokens ?? known?.maxOutput ?? SMALL.maxOutput,
    thinking: types
      ? (['adaptive', 'between_tools', 'disabled', 'enabled'] as const).filter((type) => types[type]?.supported)
      : (known?.thinking ?? []),
    efforts: effort
      ? effort.supported
        ? EFFORTS.filter((level) => effort[level]?.supported)
        : []
      : (known?.efforts ?? []),
    images: capabilities?.image_input?.supported ?? known?.images ?? false,
  };
}
