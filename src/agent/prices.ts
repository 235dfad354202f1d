/** What models cost, in US dollars per million tokens: Anthropic's list prices of 16 November 2026. */
import type { Usage } from './messages.js';

interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Kept for five minutes. */
  readonly cacheWrite: number;
  /** The whole request costs `factor` times as much if its prompt is longer than this. */
  readonly long?: { readonly above: number; readonly factor: number };
}

function price(input: number, output: number, cacheRead = input / 10, long?: Price['long']): Price {
  return { input, output, cacheRead, cacheWrite: input * 1.25, ...(long ? { long } : {}) };
}

const PRICES: Readonly<Record<string, Price>> = {
  'claude-sonnet-5-5': price(2, 10, 0.1),
  'claude-opus-5-5': price(4, 20, 0.2),
  'claude-haiku-5-5': price(0.1, 0.5, 0.01, { above: 100_000, factor: 5 }),
  'claude-fable-5-2': price(8, 40, 0.2),
  'claude-fable-5-1': price(10, 50, 0.25),
  'claude-mythos-5-1': price(10, 50, 0.25),
  'claude-fable-5': price(10, 50),
  'claude-mythos-5': price(10, 50),
  'claude-sonnet-5': price(2, 10),
  'claude-opus-5': price(5, 25),
  'claude-opus-4-8': price(5, 25),
  'claude-opus-4-7': price(5, 25),
  'claude-opus-4-6': price(5, 25),
  'claude-opus-4-5': price(5, 25),
  'claude-sonnet-4-6': price(3, 15),
  'claude-sonnet-4-5': price(3, 15),
  'claude-haiku-4-5': price(1, 5),
};

/** US dollars of one request; `null` if the model's price isn't known. */
export function costOf(model: string, usage: Usage): number | null {
  const rates = PRICES[model] ?? PRICES[model.replace(/-\d{8}$/, '')];
  if (!rates) return null;
  const { input, output, cacheRead, cacheWrite } = usage;
  const factor = rates.long && input + cacheRead + cacheWrite > rates.long.above ? rates.long.factor : 1;
  const dollars =
    input * rates.input + output * rates.output + cacheRead * rates.cacheRead + cacheWrite * rates.cacheWrite;
  return (factor * dollars) / 1_000_000;
}
