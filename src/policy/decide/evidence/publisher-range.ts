import { parseReference } from '../../../model/index.ts';
import type { PublisherRange } from '../../language/compiled/policy-set.ts';
import type { JudgedImage } from './decide-input.ts';

const floatingTags: ReadonlySet<string> = new Set(['latest', 'labs', 'master', 'main']);
const earliestBelievable = Date.parse('2013-03-20T00:00:00Z'); // Docker's first release: reproducible builds claim 1970

/**
 * Whether the catalogue's entry is about this image: `in` its range, `out` of it (older than the first signed one), or
 * `unknown`, where neither tag nor date tell. A tag that follows a whole major version counts as its newest release.
 */
export function placeInRange(range: PublisherRange, image: JudgedImage): 'in' | 'out' | 'unknown' {
  const byVersion = range.version === null ? 'in' : placeByVersion(range.version, image);
  const byDate = range.date === null ? 'in' : placeByDate(range.date, image);
  if (byVersion === 'out' || byDate === 'out') return 'out';
  return byVersion === 'in' && byDate === 'in' ? 'in' : 'unknown';
}

function placeByVersion(since: string, image: JudgedImage): 'in' | 'out' | 'unknown' {
  const { tag, digest } = parseReference(image.name);
  // Next to a digest a tag is just text.
  if (digest !== null && image.tagDigest !== digest) return 'unknown';
  if (tag === null) return digest === null ? 'in' : 'unknown';
  if (floatingTags.has(tag)) return 'in';
  const version = /^v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:-[A-Za-z][\w.-]*)?$/.exec(tag);
  if (version === null) return 'unknown';
  const first = since.split('.').map(Number);
  for (const [index, least] of first.entries()) {
    const part = version[index + 1];
    if (part === undefined) return 'in';
    if (Number(part) !== least) return Number(part) > least ? 'in' : 'out';
  }
  return 'in';
}

function placeByDate(since: string, image: JudgedImage): 'in' | 'out' | 'unknown' {
  const created = image.created === null ? Number.NaN : Date.parse(image.created);
  if (!(created >= earliestBelievable)) return 'unknown';
  return created >= Date.parse(`${since}T00:00:00Z`) ? 'in' : 'out';
}
