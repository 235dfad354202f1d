/** `ast.literal_eval`: what configurations and command lines are read with. */
import { asString, firstUnknown } from '../coerce.js';
import { defineFunction, type ModelledModule } from '../define.js';

const NUMBER = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?j?)/.source;
const STRING = /(?:[rbu]{0,2}(?:'''[^]*?'''|"""[^]*?"""|'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"))/.source;
/** One token of a literal, with the blanks before it: a string, a number or a constant (1), or punctuation (2). */
const TOKEN = new RegExp(`\\s*(?:(${STRING}|${NUMBER}(?![\\w.])|(?:True|False|None)\\b)|([-+()[\\]{},:]))`, 'iy');

/** Whether a text holds nothing but a literal: no names, no calls, and no operators but signs. */
function isLiteral(text: string): boolean {
  let afterValue = false;
  for (let at = 0; at < text.trimEnd().length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    if (!token) return false;
    // A sum is only the literal of a complex number.
    if (afterValue && (token[2] === '+' || token[2] === '-') && !/j/i.test(text)) return false;
    afterValue = token[1] !== undefined || token[2] === ')';
    at = TOKEN.lastIndex;
  }
  return true;
}

export const astModule: ModelledModule = {
  name: 'ast',
  members: () => ({
    literal_eval: defineFunction('literal_eval(node_or_string)', ({ node_or_string }, context) => {
      const text = asString(node_or_string);
      if (text === undefined)
        return firstUnknown(node_or_string) ?? context.unknown('ast.literal_eval of a tree is not followed');
      const plain = text.trim();
      if (plain === '') return context.raise('SyntaxError', 'invalid syntax');
      if (!isLiteral(plain)) return context.raise('ValueError', 'malformed node or string');
      return context.evaluateText(plain, 'eval', null, null);
    }),
  }),
};
