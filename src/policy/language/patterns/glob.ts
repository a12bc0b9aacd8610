/** A piece of a glob: a literal character, `*` (any run without a slash) or `**` (any run). */
type Token = { readonly kind: 'literal'; readonly character: string } | { readonly kind: 'star' | 'double-star' };

function tokens(glob: string): readonly Token[] {
  const found: Token[] = [];
  for (let index = 0; index < glob.length; index += 1) {
    const character = glob.charAt(index);
    if (character !== '*') found.push({ kind: 'literal', character });
    else if (glob.charAt(index + 1) === '*') {
      found.push({ kind: 'double-star' });
      index += 1;
    } else found.push({ kind: 'star' });
  }
  return found;
}

/**
 * Whether `text` as a whole matches `glob`, in which `*` stands for any run of characters without a slash and `**` for
 * any run at all. The time grows with the product of both lengths, whatever they hold: all positions are kept at once.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const star = glob.indexOf('*');
  if (star < 0) return glob === text;
  // most patterns of a long list of publishers fail here
  return text.startsWith(glob.slice(0, star)) && matchesStars(glob.slice(star), text.slice(star));
}

function matchesStars(glob: string, text: string): boolean {
  if (glob === '**') return true;
  const pattern = tokens(glob);
  // reached[i]: the text read so far matches the first i tokens.
  let reached = Array.from({ length: pattern.length + 1 }, () => false);
  reached[0] = true;
  spreadOverEmpty(pattern, reached);
  for (const character of text.split('')) {
    const next = Array.from({ length: pattern.length + 1 }, () => false);
    for (const [index, token] of pattern.entries()) {
      if (reached[index] !== true) continue;
      if (token.kind === 'literal') {
        if (token.character === character) next[index + 1] = true;
      } else if (token.kind === 'double-star' || character !== '/') next[index] = true;
    }
    spreadOverEmpty(pattern, next);
    reached = next;
  }
  return reached[pattern.length] === true;
}

/** A star may stand for nothing. */
function spreadOverEmpty(pattern: readonly Token[], reached: boolean[]): void {
  for (const [index, token] of pattern.entries()) {
    if (token.kind !== 'literal' && reached[index] === true) reached[index + 1] = true;
  }
}
