import { describe, expect, it } from 'vitest';
import { decide } from '../../support/decide.ts';
import { byKey, digestOf, image, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const acme = freshKey();
const other = freshKey();
const third = freshKey();
const name = 'registry.example.com/acme/app:1';
const files = { 'keys/acme.pub': acme, 'keys/other.pub': other, 'keys/third.pub': third };
const keyed =
  'version: 1\nrules:\n  - images: ["registry.example.com/acme/**"]\n    signedBy: [{key: keys/acme.pub}]\n';

describe('platforms', () => {
  const amd64 = digestOf('amd64');
  const arm64 = digestOf('arm64');
  const platforms = [
    { platform: 'linux/amd64', digest: amd64 },
    { platform: 'linux/arm64', digest: arm64 },
  ];

  it('lets a signature on the index cover its children', async () => {
    const decision = decide(
      inputOf(name, [byKey(acme)], { image: { platforms } }),
      await policiesOf({ project: keyed, files }),
    );
    expect(decision).toMatchObject({ status: 'allow', platformDigests: null });
  });

  it('allows only the children that are signed, where only they are', async () => {
    const evidence = [byKey(acme, { subject: amd64 }), byKey(acme, { subject: arm64, form: 'buildkit-attestation' })];
    const decision = decide(
      inputOf(name, evidence, { image: { platforms } }),
      await policiesOf({ project: keyed, files }),
    );
    expect(decision).toMatchObject({ status: 'allow', verified: true, platformDigests: [amd64, arm64] });
  });

  it('blocks where one of the platforms asked for is not covered', async () => {
    const evidence = [byKey(acme, { subject: amd64 }), byKey(other, { subject: arm64 })];
    const decision = decide(
      inputOf(name, evidence, { image: { platforms } }),
      await policiesOf({ project: keyed, files }),
    );
    expect(decision).toMatchObject({
      status: 'block',
      platformDigests: null,
      findings: [{ code: 'signature.platform-uncovered', found: 'nothing that covers linux/arm64' }],
    });
  });

  it('does not let a child that is not asked for stand for the others', async () => {
    const evidence = [byKey(acme, { subject: arm64 })];
    expect(decide(inputOf(name, evidence), await policiesOf({ project: keyed, files })).status).toBe('block');
  });

  it('takes the image itself where there is no index', async () => {
    const alone = { image: { platforms: [{ platform: 'linux/amd64', digest: image }] } };
    const decision = decide(inputOf(name, [byKey(acme)], alone), await policiesOf({ project: keyed, files }));
    expect(decision).toMatchObject({ status: 'allow', platformDigests: null });
  });
});
