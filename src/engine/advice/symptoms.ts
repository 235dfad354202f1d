/** What the playbook has an answer for, and how it is recognised. */
import { figureOf } from './figures.js';

export interface Symptom {
  readonly id: string;
  readonly title: string;
  /** What a user may ask, for the list of what the playbook can do. */
  readonly example: string;
  readonly recognise: (text: string) => boolean;
}

const OVERFITTING = [
  /over-?\s?fit/i,
  /generali[sz]/i,
  /memori[sz](?:e|es|ed|ing|ation)|learns?\s+(?:the\s+)?(?:training\s+)?(?:set|data|labels)\s+by\s+heart/i,
  /\b(?:val(?:idation)?|test|dev)\b[^.]{0,40}\b(?:loss|error)\b[^.]{0,40}\b(?:ris(?:es|ing)|goes\s+up|going\s+up|increas\w+|diverg\w+|gets?\s+worse|climbs?|higher)/i,
  /\b(?:val(?:idation)?|test)\b[^.]{0,30}\bacc(?:uracy)?\b[^.]{0,40}\b(?:drops?|falls?|lower|worse|stuck|plateaus?)\b[^.]{0,60}\btrain/i,
  /\b(?:gap|difference)\b[^.]{0,30}\b(?:train\w*|val\w*)\b/i,
];

export const symptoms: readonly Symptom[] = [
  {
    id: 'overfitting',
    title: 'Overfitting',
    example: 'fix overfitting, or: loss is 0.1 on training but 0.8 on validation',
    recognise: (text) => {
      if (/under-?\s?fit/i.test(text)) return false;
      if (OVERFITTING.some((pattern) => pattern.test(text))) return true;
      const figures = figureOf(text);
      if (!figures) return false;
      return figures.kind === 'loss'
        ? figures.validation > 1.2 * figures.training
        : figures.training - figures.validation > 0.05;
    },
  },
];

export function symptomOf(text: string): Symptom | null {
  return symptoms.find(({ recognise }) => recognise(text)) ?? null;
}

/** What may be asked, for an answer to anything else. */
export const capabilities: readonly string[] = symptoms.map(({ title, example }) => `**${title}**: “${example}”`);
