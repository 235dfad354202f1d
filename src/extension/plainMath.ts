/** Formulas for places that don't render them: chat does, hovers don't. */

const SYMBOLS: Readonly<Record<string, string>> = {
  ...{
    alpha: 'α',
    beta: 'β',
    gamma: 'γ',
    delta: 'δ',
    epsilon: 'ε',
    varepsilon: 'ε',
    eta: 'η',
    theta: 'θ',
    lambda: 'λ',
  },
  ...{ mu: 'μ', pi: 'π', rho: 'ρ', sigma: 'σ', tau: 'τ', phi: 'φ', psi: 'ψ', omega: 'ω', Delta: 'Δ', Sigma: 'Σ' },
  ...{
    cdot: '·',
    times: '×',
    odot: '⊙',
    leq: '≤',
    le: '≤',
    geq: '≥',
    ge: '≥',
    neq: '≠',
    approx: '≈',
    sim: '∼',
    in: '∈',
  },
  ...{ sum: 'Σ', prod: '∏', nabla: '∇', partial: '∂', infty: '∞', to: '→', rightarrow: '→', leftarrow: '←', pm: '±' },
  ...{
    ldots: '…',
    dots: '…',
    cdots: '⋯',
    quad: '  ',
    log: 'log',
    exp: 'exp',
    max: 'max',
    min: 'min',
    ell: 'ℓ',
    mid: '|',
    ln: 'ln',
    cap: '∩',
    cup: '∪',
    mp: '∓',
    qquad: '  ',
  },
};

/** Turns `$…$` and `$$…$$` in Markdown into code spans that can be read without a renderer. */
export function plainMath(markdown: string): string {
  return markdown.replace(
    /\$\$([^$]+)\$\$|\$([^$\n]+)\$/g,
    (_all, block: string | undefined, inline: string | undefined) => {
      return `\`${readable((block ?? inline ?? '').trim())}\``;
    },
  );
}

function readable(tex: string): string {
  let text = tex
    .replace(/\\begin\{cases\}([\s\S]*?)\\end\{cases\}/g, (_all, body: string) => cases(body))
    .replace(/\\[dt]frac(\d)(\d)/g, '$1/$2')
    .replace(/\\[{}]/g, (brace) => (brace === '\\{' ? '⦃' : '⦄'))
    .replace(/\\\||\\[lr]Vert\b/g, '‖');
  // Innermost first, so that nested fractions come out right.
  for (let before = ''; before !== text;) {
    before = text;
    text = text
      .replace(/\\hat\s*(?:\{(\w)\}|(\w))/g, '$1$2\u0302')
      .replace(/\\(?:bar|overline)\s*(?:\{(\w)\}|(\w))/g, '$1$2\u0304')
      .replace(/\\tilde\s*(?:\{(\w)\}|(\w))/g, '$1$2\u0303')
      .replace(/([_^])\s*\{([^{}]*)\}/g, (_all, mark: string, inner: string) =>
        /^\w$/.test(inner) ? mark + inner : `${mark}(${inner.trim()})`,
      )
      .replace(
        /\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}(?=(\s*(?:[A-Za-z](?![a-z])|\\(?:alpha|beta|gamma|sigma)))?)/g,
        (_all, over: string, under: string, factor: string | undefined) =>
          `${grouped(over)}/${grouped(under)}${factor === undefined ? '' : '·'}`,
      )
      .replace(/\\sqrt\s*\{([^{}]*)\}/g, '√($1)')
      .replace(/\\(?:text|mathrm|operatorname|mathbf|mathcal|mathbb|boldsymbol)\s*\{([^{}]*)\}/g, '$1');
  }
  return text
    .replace(/\\(?:(?:left|right)(?![A-Za-z])|[,;!:])/g, '')
    .replace(/\\(ln|log|exp|sin|cos)(?=\\)/g, '$1 ')
    .replace(/\\([A-Za-z]+)/g, (_all, name: string) => SYMBOLS[name] ?? name)
    .replace(/∂ (?=\S)/g, '∂')
    .replace(/([([]) | (?=[)\]])/g, '$1')
    .replace(/\^(\d)(?![\d.])/g, (_all, digit: string) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)))
    .replace(/[{}]/g, (brace) => (brace === '{' ? '(' : ')'))
    .replaceAll('⦃', '{')
    .replaceAll('⦄', '}')
    .replace(/ {3,}/g, '  ')
    .replaceAll('`', "'");
}

/** `a if x < 1, b else`. */
function cases(body: string): string {
  const rows = body.split('\\\\').map((row) => row.split('&').map((part) => part.trim()));
  return rows
    .map(([value = '', condition = '']) => {
      const plain = condition.replace(/^\\text\s*\{([^{}]*)\}$/, '$1');
      return /^(?:else|otherwise)$/.test(plain) ? `${value} else` : `${value} if ${condition}`;
    })
    .join(', ');
}

/** In parentheses unless it reads as one thing: a name, a number, `∂ℓ`. */
function grouped(part: string): string {
  const text = part.trim();
  return /^(?:\\partial\s*)?(?:\\[A-Za-z]+|[A-Za-z][\u0302-\u0304]?|\d+)(?:_(?:\w|\([\w,]*\)))?(?:\^(?:\d|\(\w+\)))?$/.test(
    text,
  )
    ? text
    : `(${text})`;
}
