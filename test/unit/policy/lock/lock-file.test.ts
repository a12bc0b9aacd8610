import { describe, expect, it } from 'vitest';
import { formatLock, type LockEntry, parseLock, updateLock } from '../../../../src/policy/index.ts';
import { digestOf } from '../support/evidence.ts';

const keyed = { kind: 'key', sha256: 'a'.repeat(64), name: 'acme' } as const;
const entry = (changes: Partial<LockEntry> = {}): LockEntry => ({
  digest: digestOf('x'),
  signer: null,
  lockedAt: '2026-01-02T03:04:05Z',
  ...changes,
});
const parse = (text: string) => parseLock(new TextEncoder().encode(text), 'docker-verify.lock.json');

describe('a lock', () => {
  it.each([
    ['a name', `{"lockVersion": 1, "images": {"docker.io/library/a:1": ENTRY, "docker.io/library/a:1": ENTRY}}`],
    ['a digest', `{"lockVersion": 1, "images": {"docker.io/library/a:1": {"digest": "${digestOf('y')}", REST}}`],
    ['a field', `{"lockVersion": 1, "images": {}, "images": {}}`],
  ])('with %s that stands there twice is refused: people read the first, and the last would count', (_, text) => {
    const whole = JSON.stringify(entry({ signer: { ...keyed, name: 'a "quoted": name' } }));
    const written = text.replaceAll('ENTRY', whole).replace('REST', whole.slice(1));
    expect(() => parse(written)).toThrow(/a name stands there twice/);
    expect(parse(`{"lockVersion": 1, "images": {"docker.io/library/a:1": ${whole}}}`).images).toHaveProperty([
      'docker.io/library/a:1',
    ]);
  });

  it('that is nested without end is refused at once', () => {
    const deep = '{"a":'.repeat(300_000) + '1'.padEnd(300_001, '}');
    const refusal = expect.objectContaining({
      code: 'lock.invalid',
      message: expect.stringContaining('nested deeper than 256 levels'),
    });
    for (const text of [deep, '['.repeat(300_000), `{"lockVersion": 1, "images": ${deep}}`])
      expect(() => parse(text)).toThrow(refusal);
  });

  it('is written sorted, with two spaces and a final newline', () => {
    const text = formatLock({
      'docker.io/library/golang:1': entry({ signer: keyed }),
      'docker.io/library/alpine:3.20': entry(),
    });
    expect(text).toBe(`{
  "lockVersion": 1,
  "images": {
    "docker.io/library/alpine:3.20": {
      "digest": "${digestOf('x')}",
      "signer": null,
      "lockedAt": "2026-01-02T03:04:05Z"
    },
    "docker.io/library/golang:1": {
      "digest": "${digestOf('x')}",
      "signer": {
        "kind": "key",
        "sha256": "${'a'.repeat(64)}",
        "name": "acme"
      },
      "lockedAt": "2026-01-02T03:04:05Z"
    }
  }
}
`);
    expect(formatLock(parse(text).images)).toBe(text);
  });

  it.each([
    ['the mark of a merge', `{\n<<<<<<< HEAD\n}\n`, /docker-verify\.lock\.json:2: the mark of an unfinished merge/],
    ['no JSON', '{', /not JSON/],
    ['another version', '{"lockVersion": 2, "images": {}}', /lockVersion is not 1/],
    ['no images', '{"lockVersion": 1}', /images is not a mapping/],
    ['an unknown field', '{"lockVersion": 1, "images": {}, "x": 1}', /unknown field "x"/],
    [
      'an unknown field of an entry',
      JSON.stringify({ lockVersion: 1, images: { 'docker.io/library/a:1': { ...entry(), platform: 'x' } } }),
      /the entry of docker\.io\/library\/a:1 has the unknown field "platform"/,
    ],
    [
      'an unknown field of a signer',
      JSON.stringify({
        lockVersion: 1,
        images: {
          'docker.io/library/a:1': { ...entry(), signer: { kind: 'certificate', subject: 'CN=a', issuer: 'b' } },
        },
      }),
      /has the unknown field "issuer"/,
    ],
    [
      'a name that is not canonical',
      JSON.stringify({ lockVersion: 1, images: { alpine: entry() } }),
      /not a canonical image name/,
    ],
    [
      'a digest that is none',
      JSON.stringify({ lockVersion: 1, images: { 'docker.io/library/a:1': { ...entry(), digest: 'x' } } }),
      /digest/,
    ],
    [
      'no time',
      JSON.stringify({ lockVersion: 1, images: { 'docker.io/library/a:1': { ...entry(), lockedAt: 'x' } } }),
      /lockedAt/,
    ],
    [
      'a signer that is none',
      JSON.stringify({ lockVersion: 1, images: { 'docker.io/library/a:1': { ...entry(), signer: {} } } }),
      /signer/,
    ],
  ])('with %s is refused', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('keeps its time where the digest is the same, and says what changed', () => {
    const later = '2026-02-02T00:00:00Z';
    const before = { a: entry(), b: entry(), c: entry({ signer: keyed }), d: entry(), e: entry({ signer: keyed }) };
    const now = {
      a: entry({ lockedAt: later }),
      b: entry({ lockedAt: later, digest: digestOf('y') }),
      c: entry({ lockedAt: later }),
      e: entry({ lockedAt: later, signer: { ...keyed, name: 'other name' } }),
      f: entry({ lockedAt: later }),
    };
    const { images, changes } = updateLock(before, now);
    expect(changes.map(({ name, kind, needsConfirmation }) => [name, kind, needsConfirmation])).toEqual([
      ['a', 'same', false],
      ['b', 'digest', false],
      ['c', 'signer', true],
      ['d', 'removed', false],
      ['e', 'same', false],
      ['f', 'added', false],
    ]);
    expect(Object.values(images).map(({ lockedAt }) => lockedAt === later)).toEqual([false, true, false, false, true]);
  });
});
