/**
 * `npm run fake-api [-- --port 8787] [--script conversation.json]`: the fake API for people. Set `architect.anthropic.baseUrl` to
 * the printed address and the key to the printed one. Without a script it looks at the modules once and repeats the question.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  answer,
  call,
  FAKE_KEY,
  lastUserText,
  startFakeApi,
  thinking,
  toolResults,
  type Script,
} from './fakeApi/index.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8787' },
    script: { type: 'string' },
    pause: { type: 'string', default: '30' },
  },
});
const pause = Number(values.pause);

const echo: Script = (body) => {
  const results = toolResults(body);
  if (results.length === 0 && body.tools?.some(({ name }) => name === 'list_modules'))
    return answer([thinking('First I look at what is there.'), call('list_modules', {})], { pause });
  const seen = results.map(({ text }) => `\n\`\`\`text\n${text.slice(0, 2000)}\n\`\`\`\n`).join('');
  return answer([`You asked:\n\n> ${lastUserText(body).slice(-500).replaceAll('\n', '\n> ')}\n${seen}`], { pause });
};

const script = values.script === undefined ? echo : (JSON.parse(readFileSync(values.script, 'utf8')) as Script);
const api = await startFakeApi({ script, port: Number(values.port) });
console.log(`The fake API listens at ${api.url}. Key: ${FAKE_KEY}. Ctrl+C ends it.`);
