import { describe, expect, it } from 'vitest';
import { explain, policyRemarks } from '../../../../../src/policy/index.ts';
import { byKey, image, inputOf } from '../../support/evidence.ts';
import { policiesOf } from '../../support/policies.ts';
import { acme, files } from '../../support/verdict.ts';

const project = `version: 1
default: deny
rules:
  - {name: folder, images: ["ghcr.io/acme"], signedBy: [{key: acme.pub}]}
  - {name: one-level, images: ["ghcr.io/*"], signedBy: [{key: acme.pub}]}
  - {name: other-host, images: ["quay.io/acme/app"], signedBy: [{key: acme.pub}]}
  - {name: other-tag, images: ["ghcr.io/acme/app:2"], signedBy: [{key: acme.pub}]}
  - {name: alien, images: ["alpine"], signedBy: [{key: acme.pub}]}
  - {name: app, images: ["ghcr.io/acme/**"], signedBy: [{key: acme.pub}]}
  - {name: all, images: ["**"], signedBy: []}
`;

describe('explaining a verdict', () => {
  it('walks the rules that matched and those that nearly did', async () => {
    const { decision, layers } = explain(
      inputOf('ghcr.io/acme/app:1', [byKey(acme)]),
      await policiesOf({ project, files }),
    );
    expect(decision.status).toBe('allow');
    expect(layers.map(({ layer, status }) => [layer, status])).toEqual([
      ['project', 'allow'],
      ['builtin', null],
    ]);
    expect(layers[0]?.rules.map(({ rule, part, status }) => [rule, part, status])).toEqual([
      ['folder', 'near', null],
      ['one-level', 'near', null],
      ['other-host', 'near', null],
      ['other-tag', 'near', null],
      ['alien', 'other', null],
      ['app', 'decides', 'allow'],
      ['all', 'covered', 'block'],
    ]);
    const reasons = layers[0]?.rules.map(({ reason }) => reason) ?? [];
    expect(reasons[1]).toBe('* does not cross a slash; ** does');
    expect(reasons[3]).toBe('it asks for the tag 2, the image has 1');
  });

  it('says why a tag does not count beside a digest', async () => {
    const { layers } = explain(inputOf(`ghcr.io/acme/app:2@${image}`), await policiesOf({ project, files }));
    expect(layers[0]?.rules[3]?.reason).toMatch(/next to a digest/);
  });
});

describe('checking policies', () => {
  const remarks = async (text: string) =>
    policyRemarks(await policiesOf({ project: text, files }), new Date()).map(
      ({ line, message }) => `${line ?? 0}: ${message}`,
    );
  const ruled = (images: string, signer = '{key: acme.pub}'): string =>
    `rules:\n  - {images: [${images}], signedBy: [${signer}]}\n`;
  const expression = (text: string): string => `{keyless: {issuer: i, identityRegexp: '${text}'}}`;

  it.each([
    [
      'a tag beside an open default',
      `version: 1\ndefault: warn\n${ruled('"alpine:3"')}`,
      [/^4: alpine:3 says nothing about the same repository written with a digest/],
    ],
    ['a tag beside a closed default', `version: 1\ndefault: deny\n${ruled('"alpine:3"')}`, []],
    ['a tag beside a rule for the repository', `version: 1\n${ruled('"alpine:3", "alpine"')}`, []],
    [
      'an expression that is open in front',
      `version: 1\n${ruled('"x"', expression('.*github\\.com/acme/.*'))}`,
      [/^3: the expression/],
    ],
    [
      'a dot that matches anything',
      `version: 1\n${ruled('"x"', expression('https://github.com/acme/.*'))}`,
      [/^3: the expression/],
    ],
    ['a careful expression', `version: 1\n${ruled('"x"', expression('https://github\\.com/acme/.*'))}`, []],
    [
      'a rule that never decides',
      `version: 1\ndefault: deny\nrules: [{images: ["**"], signedBy: []}, {images: ["a"], signedBy: []}]\n`,
      [/never decides/],
    ],
  ])('%s', async (_, text, expected) => {
    const found = await remarks(text);
    expect(found).toHaveLength(expected.length);
    for (const [index, message] of expected.entries()) expect(found[index]).toMatch(message);
  });
});
