interface Part {
  readonly text: string;
  readonly kind: 'anchor' | 'class' | 'escape' | 'quantifier' | 'look' | 'other';
}

const tokens: readonly (readonly [Part['kind'], RegExp])[] = [
  ['look', /^\(\?<?[=!]/],
  ['class', /^\[(?:\\.|[^\]\\])*\]/],
  ['escape', /^\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/],
  ['anchor', /^[$^]/],
  ['quantifier', /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/],
  ['other', /^(?:\(\?(?:<[^>]*>|:)|.)/s],
];

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  let rest = pattern;
  while (rest !== '') {
    for (const [kind, expression] of tokens) {
      const [text] = expression.exec(rest) ?? [];
      if (text === undefined) continue;
      parts.push({ kind, text });
      rest = rest.slice(text.length);
      break;
    }
  }
  return parts;
}

function without({ kind, text }: Part): string | null {
  switch (kind) {
    case 'anchor':
    case 'quantifier':
      return '';
    case 'class':
      return text.startsWith('[^') ? `[${text.slice(2)}` : `[^${text.slice(1)}`;
    case 'escape':
      return /^\\[dDwWsSpPbB]/.test(text) ? text.replace(/[a-zA-Z]/, swapCase) : null;
    case 'look':
      return text.endsWith('=') ? text.replace('=', '!') : text.replace('!', '=');
    case 'other':
      return null;
  }
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}

/** A regular expression literal with each anchor or quantifier left out, each class or look around negated, one at a time. */
export function regexMutations(literal: string): readonly string[] {
  const end = literal.lastIndexOf('/');
  const parts = partsOf(literal.slice(1, end));
  return parts.flatMap((part, index) => {
    const replacement = without(part);
    if (replacement === null) return [];
    const pattern = parts.map(({ text }, other) => (other === index ? replacement : text)).join('');
    return isExpression(pattern, literal.slice(end + 1)) ? [`/${pattern}/${literal.slice(end + 1)}`] : [];
  });
}

function isExpression(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags).source !== '(?:)';
  } catch {
    return false;
  }
}
