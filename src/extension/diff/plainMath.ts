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
  let text = tex;
  // Innermost first, so that nested fractions come out right.
  for (let before = ''; before !== text;) {
    before = text;
    text = text
      .replace(
        /\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g,
        (_all, over: string, under: string) => `${grouped(over)}/${grouped(under)}`,
      )
      .replace(/\\sqrt\s*\{([^{}]*)\}/g, '√($1)')
      .replace(/\\(?:text|mathrm|operatorname|mathbf|mathcal|mathbb|boldsymbol)\s*\{([^{}]*)\}/g, '$1')
      .replace(/\\hat\s*\{?(\w)\}?/g, '$1\u0302')
      .replace(/\\(?:bar|overline)\s*\{?(\w)\}?/g, '$1\u0304')
      .replace(/\\tilde\s*\{?(\w)\}?/g, '$1\u0303');
  }
  return text
    .replace(/\\(?:(?:left|right)(?![A-Za-z])|[,;!:])/g, '')
    .replace(/\\([A-Za-z]+)/g, (_all, name: string) => SYMBOLS[name] ?? name)
    .replace(/([_^])\{(\w)\}/g, '$1$2')
    .replace(/[{}]/g, (brace) => (brace === '{' ? '(' : ')'))
    .replaceAll('`', "'");
}

function grouped(part: string): string {
  return /^[\w\\]+$/.test(part.trim()) ? part.trim() : `(${part.trim()})`;
}
