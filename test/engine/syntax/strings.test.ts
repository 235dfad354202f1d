import assert from 'node:assert/strict';
import { onEachParser } from './parsers.js';
import { file } from './sexp.js';

/** Python, and the literal's value. */
const values: readonly (readonly [python: string, value: string])[] = [
  [`'a\\tb\\n'`, 'a\tb\n'],
  [`"\\x41\\u00e9\\U0001F600\\101\\0"`, 'Aé😀A\0'],
  [`'\\N{DEGREE SIGN}'`, '°'],
  [`'\\N{NO SUCH NAME}'`, '\\N{NO SUCH NAME}'],
  [`'\\d\\w'`, '\\d\\w'],
  [`'a\\\nb'`, 'ab'],
  [`r'\\n\\''`, "\\n\\'"],
  [`r'\\\\'`, '\\\\'],
  [`R"\\d"`, '\\d'],
  [`u'x'`, 'x'],
  [`'''a\n'b'\n'''`, "a\n'b'\n"],
  [`"""a\r\nb"""`, 'a\nb'],
  [`'''a\rb'''`, 'a\nb'],
  [`'a' "b" '''c'''`, 'abc'],
  [`('a'\n 'b')`, 'ab'],
  [`'😀'`, '😀'],
  [`''`, ''],
];

onEachParser('strings', (parser) => {
  for (const [python, value] of values) {
    it(JSON.stringify(python), () => {
      const { ast } = parser().parse('example.py', `x = ${python}`);
      assert.equal(file(ast), `(= x ${JSON.stringify(value)})`);
    });
  }

  const trees: readonly (readonly [string, string])[] = [
    [`b'\\x00\\xff\\u0041'`, `b${JSON.stringify('\x00\xff\\u0041')}`],
    [`rb'\\x'`, `b${JSON.stringify('\\x')}`],
    [`f'a{x}b'`, '(f "a" {x} "b")'],
    [`f'{{}} {x}'`, '(f "{} " {x})'],
    [`f'{x!r:>{width}.2f}'`, '(f {x !r :[">" {width} ".2f"]})'],
    [`f'{x = }'`, '(f {x ="x = "})'],
    [`f'{x=!s}'`, '(f {x !s ="x="})'],
    [`f'{a["k"]} {b + 1:,}'`, '(f {(index a "k")} " " {(+ b 1) :[","]})'],
    [`f'{f"{x}"}'`, '(f {(f {x})})'],
    [`f"{d["k"]}"`, '(f {(index d "k")})'], // since 3.12
    [`f'{x, y}'`, '(f {(tuple x y)})'],
    [`f'{(lambda: 1)()}'`, '(f {(call (lambda [] 1))})'],
    [`f'{x:%Y-%m}'`, '(f {x :["%Y-%m"]})'],
    [`rf'\\d{x}'`, `(f ${JSON.stringify('\\d')} {x})`],
    [`f'\\t{x:\\n}'`, `(f ${JSON.stringify('\t')} {x :[${JSON.stringify('\n')}]})`],
    [`f'\\N{DEGREE SIGN}'`, '(f "°")'],
    [`'a' f'{b}' 'c'`, '(f "a" {b} "c")'],
    [`f''`, '(f)'],
    [`f'''\n{x}\n'''`, `(f ${JSON.stringify('\n')} {x} ${JSON.stringify('\n')})`],
  ];
  for (const [python, tree] of trees) {
    it(JSON.stringify(python), () => {
      const { ast } = parser().parse('example.py', python);
      assert.equal(file(ast), tree);
      assert.deepEqual(ast.problems, []);
    });
  }

  it('finds docstrings of modules, classes and functions', () => {
    const { ast } = parser().parse(
      'm.py',
      `'''M'''\nclass A:\n  'A' 'B'\n  def f(self):\n    """F"""\n  def g(self):\n    f'no'`,
    );
    const cls = ast.body[1];
    assert(cls?.kind === 'ClassDef');
    const [, f, g] = cls.body;
    assert(f?.kind === 'FunctionDef' && g?.kind === 'FunctionDef');
    assert.deepEqual([ast.docstring, cls.docstring, f.docstring, g.docstring], ['M', 'AB', 'F', null]);
  });
});
