import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseCanonicalName } from '../../../../../src/model/index.ts';
import { summaryMismatch } from '../../../../../src/policy/decide/evidence/verification-summary.ts';
import type { SummaryRequirement } from '../../../../../src/policy/language/compiled/policy-set.ts';
import { matchableName } from '../../../../../src/policy/language/patterns/image-pattern.ts';
import { exactOrGlob } from '../../../../../src/policy/language/patterns/text-pattern.ts';

const plain: SummaryRequirement = { verifier: null, policy: null, resource: null, result: 'PASSED' };
const names = [matchableName(parseCanonicalName('ghcr.io/acme/app:1'), null)];
const hub = [matchableName(parseCanonicalName('nginx'), null)];
const digest = `sha256:${'a'.repeat(64)}`;

const about = (resourceUri: unknown) => ({ predicate: { verificationResult: 'PASSED', resourceUri } });

describe('the resource that a verification summary is about', () => {
  it.each([
    'ghcr.io/acme/app',
    'ghcr.io/acme/app:2',
    `ghcr.io/acme/app@${digest}`,
    'GHCR.io:443/acme/app',
    `oci://ghcr.io/acme/app@${digest}`,
    'docker-image://ghcr.io/acme/app:1',
    'pkg:docker/ghcr.io/acme/app@1?platform=linux%2Famd64',
    'pkg:docker/acme/app@1?repository_url=https%3A%2F%2Fghcr.io',
    `pkg:oci/app@${encodeURIComponent(digest)}?repository_url=ghcr.io/acme/app&tag=1`,
  ])('is the image: %s', (uri) => {
    expect(summaryMismatch(plain, about(uri), names)).toBeNull();
  });

  it.each([
    'ghcr.io/acme/app-dev',
    'ghcr.io/acme/app/dev:1',
    `evil.example.com/acme/app@${digest}`,
    `oci://ghcr.io/dev/app@${digest}`,
    'docker://ghcr.io/dev/app',
    'pkg:docker/ghcr.io/dev/app@1',
    'pkg:docker/acme/app@1?repository_url=docker.io',
    `pkg:oci/app@${encodeURIComponent(digest)}?repository_url=ghcr.io/dev/app`,
  ])('is refused where it is an image of another repository: %s', (uri) => {
    expect(summaryMismatch(plain, about(uri), names)).toBe(`resource ${uri}, which is of another repository`);
  });

  // nothing says of these that they are another image: `resource` can ask for them
  it.each(['acme/app', 'https://example.com/app', 'urn:x:y', 'pkg:npm/app@1', 'pkg:docker/%zz@1'])(
    'is not compared where it names no image in a registry: %s',
    (uri) => {
      expect(summaryMismatch(plain, about(uri), names)).toBeNull();
    },
  );

  it('may be left out, but not be no text', () => {
    expect(summaryMismatch(plain, { predicate: { verificationResult: 'PASSED' } }, names)).toBeNull();
    expect(summaryMismatch(plain, about(''), names)).toBe('resource not named clearly');
    expect(summaryMismatch(plain, about(7), names)).toBe('resource not named clearly');
    const cased = { predicate: { verificationResult: 'PASSED', ResourceURI: 'ghcr.io/acme/app' } };
    expect(summaryMismatch(plain, cased, names)).toBe('resource not named clearly');
  });

  it('is that of Docker Hub under any of its names', () => {
    expect(summaryMismatch(plain, about('docker.io/library/nginx'), hub)).toBeNull();
    expect(summaryMismatch(plain, about('index.docker.io/library/nginx:1'), hub)).toBeNull();
    expect(summaryMismatch(plain, about('docker.io/evil/nginx'), hub)).not.toBeNull();
  });

  it('is one that the image stands for', () => {
    const stands = [...names, matchableName(parseCanonicalName('registry.example.com/golden/app'), null)];
    expect(summaryMismatch(plain, about('registry.example.com/golden/app'), stands)).toBeNull();
    expect(summaryMismatch(plain, about('registry.example.com/golden/app'), names)).not.toBeNull();
  });

  it('is what the policy asks for, whatever that is', () => {
    const asking = { ...plain, resource: exactOrGlob('https://example.com/*') };
    expect(summaryMismatch(asking, about('https://example.com/app'), names)).toBeNull();
    expect(summaryMismatch(asking, about('https://example.com/app/dev'), names)).toBe(
      'resource https://example.com/app/dev',
    );
    expect(summaryMismatch(asking, about('ghcr.io/acme/app'), names)).toBe('resource ghcr.io/acme/app');
    expect(summaryMismatch(asking, about(undefined), names)).toBe('resource not named');
  });
});

/** A key in other letter cases, the two letters included that Unicode folds into the alphabet. */
const otherCase = (key: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...Array.from(key, (letter) =>
        fc.constantFrom(
          ...new Set([
            letter,
            letter.toUpperCase(),
            ...(letter === 's' ? ['ſ'] : []),
            ...(letter === 'k' ? ['\u212a'] : []),
          ]),
        ),
      ),
    )
    .map((letters) => letters.join(''))
    .filter((other) => other !== key);

const good = {
  verificationResult: 'PASSED',
  verifier: { id: 'v' },
  policy: { uri: 'p' },
  resourceUri: 'ghcr.io/acme/app',
};
const asked: SummaryRequirement = { ...plain, verifier: exactOrGlob('v'), policy: exactOrGlob('p') };
const places: readonly (readonly string[])[] = [
  ['verificationResult'],
  ['verifier'],
  ['verifier', 'id'],
  ['policy'],
  ['policy', 'uri'],
  ['resourceUri'],
];

/** The object with one key on the way once more, in another letter case. */
function withTwin(value: object, [key = '', ...rest]: readonly string[], twin: string, other: unknown): object {
  if (rest.length === 0) return { ...value, [twin]: other };
  return { ...value, [key]: withTwin(Object(Reflect.get(value, key)), rest, twin, other) };
}

test('a summary that states what is asked of it twice, in different letter cases, fulfils nothing', () => {
  expect(summaryMismatch(asked, { predicate: good }, names)).toBeNull();
  const cases = fc
    .constantFrom(...places)
    .chain((place) => fc.tuple(fc.constant(place), otherCase(place.at(-1) ?? ''), fc.jsonValue()));
  fc.assert(
    fc.property(cases, ([place, twin, other]) => {
      expect(summaryMismatch(asked, { predicate: withTwin(good, place, twin, other) }, names)).not.toBeNull();
    }),
  );
});
