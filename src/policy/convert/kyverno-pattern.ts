import { normalisedRegistry } from '../../model/index.ts';
import { matchesGlob } from '../language/patterns/glob.ts';
import { parseImagePattern } from '../language/patterns/image-pattern.ts';

// Kyverno compares a pattern with `registry/path:tag`, or with `registry/path@digest` where there is a digest. Its `*` and
// `?` stand for any characters, slashes, colons and the sign before a digest among them (IGLOU-EU/go-wildcard 1, Match).

const anything = '**';

/**
 * Our patterns for one of Kyverno's `imageReferences`: together they cover every image that it covers, and more where our
 * language has nothing as narrow. An image that no pattern covers is not judged: a pattern may become wider, but never narrower.
 * Empty where no image has such a name.
 */
export function imagePatternsOf(reference: string): readonly string[] {
  const pattern = reference.replaceAll(/\{\{[\s\S]*?\}\}/g, '*'); // a variable stands for anything
  const found = repositoriesOf(pattern).flatMap(({ repository, tag }) =>
    spellings(repository).map((spelt) => (tag === null ? spelt : `${spelt}:${tag}`)),
  );
  const usable = [...new Set(found)].filter((one) => parseImagePattern(one).ok);
  // a name of that length is not valid; patterns that our language does not have are covered by a wider one
  const isLost = found.some((one) => one.length > 512);
  return isLost ? [anything] : usable;
}

interface Split {
  readonly repository: string;
  readonly tag: string | null;
}

/** Every way in which the part before the tag or digest can end within the pattern. Neither of these holds a slash. */
function repositoriesOf(pattern: string): readonly Split[] {
  const splits: Split[] = /[:@*?]/.test(pattern.slice(pattern.lastIndexOf('/') + 1))
    ? []
    : [{ repository: pattern, tag: null }]; // it covers nothing there, and was surely meant to
  for (let index = pattern.lastIndexOf('/') + 1; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const [before, after] = [pattern.slice(0, index), pattern.slice(index + 1)];
    if (character === '@') splits.push({ repository: before, tag: null });
    if (character === ':' && /^[\w.*?-]{1,128}$/.test(after)) {
      const tag = after.replaceAll(/[*?]+/g, '*');
      splits.push({ repository: before, tag: tag === '*' ? null : tag });
    }
    if (!/[*?]/.test(character) || !canFollow(after)) continue;
    splits.push({ repository: character === '*' ? `${before}*` : before, tag: null });
  }
  return splits;
}

/** Whether a pattern can match the end of a tag, or of `sha256:` and a digest. */
function canFollow(after: string): boolean {
  if (after.includes('@')) return false;
  const hexadecimal = /:([0-9a-f*?]*)$/.exec(after)?.[1];
  return (
    !after.includes(':') || (hexadecimal !== undefined && (hexadecimal.includes('*') || hexadecimal.length === 64))
  );
}

/** The ways in which our language says a part before a tag, its registry and the namespace of official images among them. */
function spellings(repository: string): readonly string[] {
  const whole = repository.replaceAll(/[*?]+/g, anything);
  const found = whole.startsWith(anything) && !whole.includes(':') ? [whole] : hostSpellings(whole).flatMap(underHub);
  // the colon of a port stands before the first slash
  return [...found, ...officialSpellings(whole)].filter((one) => !one.slice(one.indexOf('/') + 1).includes(':'));
}

/** A wildcard in the first part ends within it, or reaches beyond the slash behind it. */
function hostSpellings(whole: string): readonly string[] {
  const slash = whole.indexOf('/');
  const first = slash < 0 ? whole : whole.slice(0, slash);
  const rest = slash < 0 ? null : whole.slice(slash + 1);
  const parts = first.split(anything);
  const spelt = rest === null ? [] : hosts(parts.join('*')).map((host) => `${host}/${rest}`);
  // without a registry it covers nothing there; here it is one of Docker Hub's, as it was surely meant
  if (!isRegistry(first) && !first.startsWith(anything)) spelt.push(whole);
  for (let star = 1; star < parts.length; star += 1) {
    const host = `${parts.slice(0, star).join('*')}*`;
    const beyond = `${parts.slice(star).join(anything)}${rest === null ? '' : `/${rest}`}`;
    spelt.push(...hosts(host).map((one) => `${one}/${collapsed(`${anything}${beyond}`)}`));
  }
  return spelt;
}

function isRegistry(first: string): boolean {
  return /[.:[]/.test(first) || first === 'localhost';
}

function collapsed(pattern: string): string {
  return pattern.replaceAll(/\*{2,}/g, anything);
}

/** What of a glob can be a registry: with a dot, with a port, or localhost. */
function hosts(glob: string): readonly string[] {
  if (isRegistry(glob)) return [glob];
  const parts = glob.split('*');
  const stars = parts.slice(1).map((_, index) => [parts.slice(0, index + 1), parts.slice(index + 1)] as const);
  const registries = stars.flatMap(([before, after]) =>
    ['*.*', '*:*'].map((star) => `${before.join('*')}${star}${after.join('*')}`),
  );
  return matchesGlob(glob, 'localhost') ? [...registries, 'localhost'] : registries;
}

/** One part below Docker Hub means an official image for us; where it ends in a wildcard it is a namespace too. */
function underHub(pattern: string): readonly string[] {
  const [host = '', ...path] = pattern.split('/');
  const [only = '', ...more] = path;
  if (normalisedRegistry(host) !== 'docker.io' || more.length > 0 || only.startsWith(anything)) return [pattern];
  const star = only.indexOf(anything);
  const official = `docker.io/library/${only}`;
  if (star < 0) return [official];
  return [official, `docker.io/${only.slice(0, star)}*/${collapsed(`${anything}${only.slice(star + 2)}`)}`];
}

/** Kyverno knows official images without their namespace where a resource names them so: `docker.io/nginx`. */
function officialSpellings(whole: string): readonly string[] {
  return rests(whole, 'docker.io/').map((rest) => collapsed(`docker.io/library/${rest}`));
}

/** What is left of a pattern once it has matched `text`. */
function rests(pattern: string, text: string): readonly string[] {
  if (text === '') return [pattern];
  if (pattern.startsWith(anything)) return [...rests(pattern.slice(2), text), ...rests(pattern, text.slice(1))];
  return pattern.charAt(0) === text.charAt(0) ? rests(pattern.slice(1), text.slice(1)) : [];
}
