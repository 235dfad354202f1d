import assert from 'node:assert/strict';
import { parseDirective, type Directive } from '../../../src/engine/syntax/index.js';
import { onEachParser } from './parsers.js';
import { expression } from './sexp.js';

/** A directive in short: sizes and arguments as text. */
function shown(directive: Directive | null): string {
  if (!directive) return 'none';
  switch (directive.kind) {
    case 'model': {
      const args = directive.args.map((arg) => `${arg.name ?? arg.form}=${expression(arg.value)}`);
      const inputs = directive.inputs?.map((input) => {
        if (input.kind === 'value') return `${input.name}=${expression(input.value)}`;
        const dims = input.dims.map((size) => (typeof size === 'object' ? expression(size) : String(size)));
        return `${input.name ?? '_'}:${input.dtype}[${dims.join(' ')}]`;
      });
      return `${directive.className}(${args.join(' ')})${inputs ? `(${inputs.join(' ')})` : ''}`;
    }
    case 'ignore':
      return `ignore ${directive.rules.join(' ')}`.trim();
    case 'share':
      return `share ${directive.names.join(' ')}`.trim();
    case 'error':
      return `${directive.offset}: ${directive.message}`;
  }
}

const good: readonly (readonly [string, string])[] = [
  ['# architect: Net(num_classes=10)(x: f32[B, 3, 32, 32])', 'Net(num_classes=10)(x:float32[B 3 32 32])'],
  ['#architect:Net(3, *a, **k)(f32[1])', 'Net(positional=3 star=a doubleStar=k)(_:float32[1])'],
  ['# architect: Net', 'Net()'],
  ['# architect: Net()', 'Net()'],
  ['# architect: Net()()', 'Net()()'],
  ['# architect: a.b.Net(cfg={"k": [1, (2)]})', 'a.b.Net(cfg=(dict "k":(list 1 2)))'],
  ['# architect: Net()(a: f32[], b: i64)', 'Net()(a:float32[] b:int64[])'],
  [
    '# architect: Net()(f32[2*B, T + 1, ...], k: i64, causal=True,)',
    'Net()(_:float32[(* 2 B) (+ T 1) ...] k:int64[] causal=True)',
  ],
  ['# architect: Net()(a: float16[1], b: bf16[H*W // 4])', 'Net()(a:float16[1] b:bfloat16[(// (* H W) 4)])'],
  ['# architect: ignore', 'ignore'],
  ['# architect: ignore[R01, L02]', 'ignore R01 L02'],
  ['# architect: ignore[R01]  it is meant so', 'ignore R01'],
  ['# architect: share', 'share'],
  ['# architect: share[encoder.embed, decoder.embed]', 'share encoder.embed decoder.embed'],
  ['# architect: ignore(1)', 'ignore(positional=1)'],
  ['# Architecture: a net', 'none'],
  ['# the architect: me', 'none'],
  ['# architect', 'none'],
];

/** The mark ‸ stands where the error is. */
const bad: readonly (readonly [string, RegExp])[] = [
  ['# architect:‸', /'ignore' or 'share'/],
  ['# architect: ‸3', /'ignore' or 'share'/],
  ['# architect: see ‸below', /come its arguments/],
  ['# architect: Net(‸', /'\)' is missing/],
  ['# architect: Net(a, [1, 2‸', /'\]' is missing/],
  ['# architect: Net(a‸]', /closes nothing/],
  ['# architect: Net(‸"a)', /not closed/],
  ['# architect: Net()(x: ‸f3[2])', /not an element type/],
  ['# architect: Net()(‸x[2])', /not an element type/],
  ['# architect: Net()(x:‸)', /'x' is given is missing/],
  ['# architect: Net()(x: f32[‸1.5])', /A size is/],
  ['# architect: Net()(x: f32[B, ‸f(x)])', /A size is/],
  ['# architect: Net()(x: ‸3)', /element type with sizes is missing/],
  ['# architect: Net()(‸, x: f32[1])', /input is missing/],
  ['# architect: Net() ‸x', /Nothing can follow/],
  ['# architect: Net()()‸()', /Nothing can follow/],
  ['# architect: ignore[‸foo]', /not a rule/],
  ['# architect: ignore[R01, ‸R1]', /not a rule/],
  ['# architect: ignore[R01‸', /',' or '\]'/],
  ['# architect: share[‸', /'\]' is missing/],
];

onEachParser('directives', (parser) => {
  const parse = (text: string): Directive | null => {
    const start = 1000;
    return parseDirective({ start, end: start + text.length, text }, parser());
  };

  for (const [text, expected] of good) it(text, () => assert.equal(shown(parse(text)), expected));

  for (const [marked, message] of bad) {
    it(marked, () => {
      const directive = parse(marked.replace('‸', ''));
      assert(directive?.kind === 'error', shown(directive));
      assert.match(directive.message, message);
      assert.equal(directive.offset, 1000 + marked.indexOf('‸'));
    });
  }

  it('has spans of arguments and inputs in the file', () => {
    const text = 'x = 1  # architect: Net(a=1)(x: f32[B, 3])';
    const { ast } = parser().parse('example.py', text);
    const directive = parseDirective(ast.comments[0]!, parser());
    assert(directive?.kind === 'model');
    assert.equal(text.slice(directive.args[0]!.start, directive.args[0]!.end), 'a=1');
    assert.equal(text.slice(directive.inputs![0]!.start, directive.inputs![0]!.end), 'x: f32[B, 3]');
    assert.equal(text.slice(directive.start, directive.end), text.slice(7));
  });
});
