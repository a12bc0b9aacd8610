import { describe, expect, it } from 'vitest';
import { parseCanonicalName } from '../../../../../src/model/index.ts';
import { limitsPackages } from '../../../../../src/policy/index.ts';
import { policiesOf } from '../../support/policies.ts';
import { files } from '../../support/verdict.ts';

const limiting = (images: string, fields = 'require: {packages: {max: 10}}'): string =>
  `version: 1\nrules:\n  - images: ["${images}"]\n    signedBy: [{key: acme.pub}]\n    ${fields}\n`;

describe('an SBOM is asked for its packages', () => {
  it.each<[string, string, string, boolean]>([
    ['where a rule for the image limits them', limiting('ghcr.io/acme/**'), 'ghcr.io/acme/app:1', true],
    ['whatever the tag', limiting('ghcr.io/acme/app:2'), 'ghcr.io/acme/app:1', true],
    ['not for another image', limiting('ghcr.io/acme/**'), 'ghcr.io/other/app:1', false],
    [
      'not by a rule that limits none',
      limiting('ghcr.io/acme/**', 'sameRepository: warn'),
      'ghcr.io/acme/app:1',
      false,
    ],
    [
      'by the name that a mirror stands for',
      `${limiting('docker.io/library/**')}mirrors: {"mirror.test/hub/**": "docker.io/**"}\n`,
      'mirror.test/hub/library/alpine:3',
      true,
    ],
  ])('%s', async (_, project, name, expected) => {
    expect(limitsPackages(await policiesOf({ project, files }), parseCanonicalName(name))).toBe(expected);
  });
});
