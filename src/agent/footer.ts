/** The line below an answer: who answered, and what it took. */
import type { Usage } from './messages.js';
import { grouped } from '../texts.js';

export const PLAYBOOK_FOOTER = '*Answered by Architect Playbook (offline): nothing left this machine.*';

export interface FooterFacts {
  /** As people call it. */
  readonly model: string;
  readonly usage: Usage;
  /** US dollars; `null` if the price isn't known. */
  readonly cost: number | null;
  /** Somebody else than the provider was asked, who may take another price. */
  readonly gateway?: boolean;
  readonly milliseconds: number;
}

/** One line of Markdown, e.g. `*Claude Sonnet 5.5 · 12,400 tokens in (9,800 cached), 1,130 out · $0.019 · 14 s*`. */
export function footerOf({ model, usage, cost, gateway = false, milliseconds }: FooterFacts): string {
  const sent = usage.input + usage.cacheRead + usage.cacheWrite;
  const parts = [
    model,
    ...(sent + usage.output === 0
      ? []
      : [
          `${grouped(sent)} tokens in${usage.cacheRead > 0 ? ` (${grouped(usage.cacheRead)} cached)` : ''}, ${grouped(usage.output)} out`,
        ]),
    ...(cost === null || cost === 0 ? [] : [gateway ? `${dollars(cost)} at list prices` : dollars(cost)]),
    duration(milliseconds),
  ];
  return `*${parts.join(' · ')}*`;
}

/** Two digits that say something. */
function dollars(value: number): string {
  if (value < 0.0001) return 'under $0.0001';
  return `$${value >= 1 ? value.toFixed(2) : value.toPrecision(2).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
