/** The playbook's advice as Markdown, for chat and for the command without chat. */
import type { AdviseResult, Prescription } from '../../protocol/index.js';

/** Sections: what was read, evidence, why, changes with their reasons and sources, what was left alone. */
export function renderAdvice(advice: AdviseResult): string {
  if (advice.symptom === null) {
    return [
      'The playbook has nothing for this question. It can help with:',
      '',
      ...advice.capabilities.map((text) => `- ${text}`),
      '',
    ].join('\n');
  }
  const lines = [`### ${advice.symptom.title}`, ''];
  if (advice.readings.length > 0)
    lines.push(
      `**What I read**: ${advice.readings.map(({ label, uri, range }) => `${label} (${fileName(uri)}${range ? `, line ${range.start.line + 1}` : ''})`).join('; ')}.`,
      '',
    );
  if (advice.evidence.length > 0)
    lines.push('**What I found**', '', ...advice.evidence.map(({ text }) => `- ${text}`), '');
  if (advice.diagnosis.length > 0) lines.push('**Why**', '', advice.diagnosis.join('\n\n'), '');
  if (advice.prescriptions.length > 0)
    lines.push('**Changes**', '', ...advice.prescriptions.flatMap(renderPrescription));
  if (advice.notApplied.length > 0)
    lines.push('**Left alone**', '', ...advice.notApplied.map(({ title, why }) => `- ${title}: ${why}`), '');
  return lines.join('\n');
}

function renderPrescription(
  { title, reason, effect, risk, sources, edits, checked }: Prescription,
  index: number,
): string[] {
  const failed = [checked?.syntax, checked?.shapes].find((check) => check?.outcome === 'failed');
  const from = sources
    .map(
      ({ authors, title: work, year, url }) =>
        `${authors}, *${url === undefined ? work : `[${work}](${url})`}*, ${year}`,
    )
    .join('; ');
  return [
    `${index + 1}. **${title}**${edits === undefined ? ' (advice, no change)' : ''}`,
    '',
    `   ${reason}`,
    '',
    `   Expect: ${effect} Risk: ${risk}${from === '' ? '' : ` Source: ${from}.`}`,
    ...(failed ? ['', `   Not applied: ${failed.reason ?? 'it did not pass the check'}`] : []),
    '',
  ];
}

/** The last part of a document's address, as people call the file. */
function fileName(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
