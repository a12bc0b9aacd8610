/** What Kyverno's ImageValidatingPolicy says besides whom it trusts. */
export interface ImageValidation {
  /** The images that it is about, any of these; none: all of them. */
  readonly references: readonly (
    | { readonly kind: 'glob'; readonly glob: string }
    | { readonly kind: 'expression'; readonly text: string }
  )[];
  /** The names under which expressions find the image; in a cluster each would be read from a part of the resource. */
  readonly lists: readonly string[];
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  /** Predicate types by name; null for what is attached by referrer and signed for itself, which is not looked at here. */
  readonly attestations: Readonly<Record<string, string | null>>;
  /** Each has to be true. */
  readonly validations: readonly { readonly expression: string; readonly message: string | null }[];
}

/** Characters that mean more to Kyverno than themselves (gobwas/glob), and that are not read here. */
const unread = /[[\]{}\\!]/;

/** Whether a glob is one that is read here. */
export function isReadGlob(glob: string): boolean {
  return !unread.test(glob);
}

/** Kyverno's globs have no separators: `*` and `**` stand for anything, slashes too, and `?` for one character. */
export function matchesValidationGlob(glob: string, reference: string): boolean {
  const parts = glob.replaceAll(/\*+/g, '*').split('*');
  const [first = '', ...others] = parts;
  const fits = (part: string, at: number): boolean =>
    part.length <= reference.length - at &&
    part.split('').every((char, index) => char === '?' || char === reference[at + index]);
  if (!fits(first, 0)) return false;
  if (others.length === 0) return reference.length === first.length;
  let at = first.length;
  const last = others.pop() ?? '';
  for (const part of others) {
    while (at <= reference.length && !fits(part, at)) at += 1;
    if (at > reference.length) return false;
    at += part.length;
  }
  return reference.length - last.length >= at && fits(last, reference.length - last.length);
}
