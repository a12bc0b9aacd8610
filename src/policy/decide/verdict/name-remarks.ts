import type { Finding } from '../../../model/index.ts';
import { parseReference } from '../../../model/index.ts';
import { policyRepository } from '../../language/patterns/image-pattern.ts';
import { knownPublishers } from '../../publishers/known-publishers.ts';
import { findingOf } from '../evidence/judgement.ts';
import { famousHosts, famousImages } from './famous-names.ts';
import { ordinaryNames } from './ordinary-names.ts';

/** Edits, the swap of neighbours among them, that turn one word into the other; 3 for "more than two". */
function edits(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 2) return 3;
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1] ? 0 : 1;
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + same,
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) best = Math.min(best, (before[column - 2] ?? 0) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return Math.min(previous[right.length] ?? 3, 3);
}

/** Characters that look alike in most fonts, made one. */
function skeleton(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replace(/[1il|]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('5', 's');
}

/** Without what people insert between the words of a name. */
function joined(text: string): string {
  return text.replace(/[._-]/g, '');
}

/**
 * What is worth a remark in an image's name: no tag or `latest`, a tag that can move, a name that looks like a well-known
 * one. Never more than a warning: a policy's allow-list blocks, a resemblance does not.
 * @param trusted repositories that the policies name, normalised: these are no imitations
 */
export function nameRemarks(name: string, trusted: ReadonlySet<string> = new Set()): readonly Finding[] {
  const reference = parseReference(name);
  const repository = policyRepository(reference);
  const remarks: Finding[] = [];
  if (reference.digest === null) remarks.push(tagRemark(name, reference.tag ?? 'latest'));
  const imitated = trusted.has(repository) ? null : imitatedBy(repository);
  if (imitated !== null) {
    remarks.push(
      findingOf('image.imitates', 'its name looks like a well-known one', {
        level: 'warning',
        expected: imitated,
        found: repository,
        hint: 'make sure that this is the image you mean; a rule for it in a policy ends this warning',
      }),
    );
  }
  return remarks;
}

function tagRemark(name: string, tag: string): Finding {
  const isLatest = tag === 'latest';
  return findingOf(
    isLatest ? 'image.latest' : 'image.mutable-tag',
    isLatest ? 'latest is whatever was pushed last' : 'its tag can move',
    {
      level: 'note',
      expected: 'a digest',
      found: name,
      hint: 'write a digest behind the tag, or lock it: docker verify lock',
    },
  );
}

/** Whether the name of one host goes on behind that of the other, so that it is somebody else's: `registry.docker.io.example.com`. */
function goesOn(known: string, name: string): boolean {
  const within = `.${name}`;
  return [`.${known}.`, `.${known}-`].some((beginning) => within.includes(beginning));
}

/** The well-known registry whose name this host's imitates: a letter another, or more behind it (`docker.io.example.com`); null for none. */
function imitatedHost(host: string): string | null {
  const name = host.replace(/:\d+$/, '');
  if (famousHosts.includes(name)) return null;
  const isLike = (known: string): boolean =>
    skeleton(known) === skeleton(name) || isTypo(known, name) || goesOn(known, name);
  return famousHosts.find(isLike) ?? null;
}

/** The well-known repository that this one imitates, null where it imitates none, or is one. */
function imitatedBy(repository: string): string | null {
  const slash = repository.indexOf('/');
  const host = repository.slice(0, slash);
  const path = repository.slice(slash + 1);
  const likeHost = imitatedHost(host);
  if (likeHost !== null) return `${likeHost}/${path}`;
  if (host !== 'docker.io' || isPublisher(repository)) return null;
  const last = path.slice(path.lastIndexOf('/') + 1);
  const [space = '', ...rest] = path.split('/');
  if (space !== 'library' && resembles('library', space) && rest.length === 1 && famousImages.has(last))
    return `docker.io/library/${last}`;
  if (isItself(last)) return null;
  const like = [...famousImages.keys()].find((known) => resembles(known, last));
  return like === undefined ? null : `docker.io/library/${like}`;
}

/** A well-known name, one with its version (`python3`), or a word of its own. */
function isItself(name: string): boolean {
  if (famousImages.has(name) || ordinaryNames.has(name)) return true;
  const [, known = '', version = ''] = /^(.*?)([._-]?v?\d+(?:\.\d+)*)$/.exec(name) ?? [];
  const majors = famousImages.get(known);
  return majors !== undefined && (version.length > 1 || majors.includes(version));
}

function isTypo(known: string, found: string): boolean {
  return known.length >= 6 && edits(known, found) === 1;
}

/** Among words of four letters one letter makes another word (`base` and `bash`, `code` and `node`), not a slip. */
function isOtherWord(known: string, found: string): boolean {
  if (known.length > 4 || found.length !== known.length) return false;
  return Array.from(known).filter((letter, index) => letter !== found[index]).length === 1;
}

function resembles(known: string, found: string): boolean {
  if (skeleton(known) === skeleton(found) || joined(known) === joined(found)) return true;
  const tolerated = known.length >= 8 ? 2 : 1;
  return known.length >= 4 && edits(known, found) <= tolerated && !isOtherWord(known, found);
}

function isPublisher(repository: string): boolean {
  return Object.values(knownPublishers.publishers).some(({ entries }) =>
    entries.some(({ images }) =>
      images.some(
        (pattern) => repository === pattern || (pattern.endsWith('/**') && repository.startsWith(pattern.slice(0, -2))),
      ),
    ),
  );
}
