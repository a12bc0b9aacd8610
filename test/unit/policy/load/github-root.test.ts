import { describe, expect, test } from 'vitest';
import type { Digest, Evidence } from '../../../../src/model/index.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { embeddedTrustedRoots } from '../../../../src/trust/index.ts';
import { attachment, hasSharedData, material, readText } from '../../signature/shared-data.ts';
import { decide } from '../support/decide.ts';
import { githubIssuer, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';

const name = 'ghcr.io/acme/app:1';
const attestations = {
  private: {
    path: 'sigstore-java/github-private-no-tlog.attestation.sigstore.json',
    subject: 'sha256:138280fd3302b9706596621761945a1ae958f93a15e4372ddae4fc00a93b09a2',
  },
  public: {
    path: 'cli/reusable-workflow-attestation.sigstore.json',
    subject: 'sha256:49a3aa6075e0f49f82843e74b5baa614ad2a588e6675612bf108a0a008c5ac25',
  },
} as const;

async function evidenceOf({ path, subject }: { path: string; subject: string }): Promise<Evidence> {
  const attached = attachment('sigstore-bundle', subject as Digest, readText(path));
  const [evidence] = await verifyAttachments([attached], material({ trustedRoots: embeddedTrustedRoots() }));
  if (evidence === undefined) throw new Error(`${path} gives no evidence`);
  return evidence;
}

describe.skipIf(!hasSharedData)("GitHub's attestations under the embedded roots", () => {
  test.each([
    ['a private repository', 'private', ', trustedRoot: github', 'allow'],
    ['a private repository', 'private', '', 'block'],
    ['a public repository', 'public', '', 'allow'],
    ['a public repository', 'public', ', trustedRoot: github', 'block'],
  ] as const)('that of %s (%s) with the signer “keyless%s”: %s', async (_of, kind, root, status) => {
    const evidence = await evidenceOf(attestations[kind]);
    expect(evidence).toMatchObject({ verified: true, problem: null, predicateType: 'https://slsa.dev/provenance/v1' });
    const identity = evidence.signer?.kind === 'keyless' ? evidence.signer.identity : '';
    const rule = (exact: string): string => `version: 1
rules:
  - images: ["ghcr.io/acme/**"]
    require:
      attestations:
        - type: slsa-provenance
          signedBy: [{keyless: {issuer: "${githubIssuer}", identity: "${exact}"}${root}}]
`;
    const input = inputOf(name, [evidence], {
      trustedRoots: embeddedTrustedRoots(),
      image: { digest: evidence.subject },
    });
    const decision = decide(input, await policiesOf({ project: rule(identity) }));
    expect(decision.status).toBe(status);
    const others = decide(input, await policiesOf({ project: rule(`${identity}x`) }));
    expect(others.status).toBe('block');
  });

  test('name the root that each rests on', async () => {
    const [publicGood, github] = embeddedTrustedRoots();
    expect((await evidenceOf(attestations.private)).trustedRoot).toBe(github?.id);
    expect((await evidenceOf(attestations.public)).trustedRoot).toBe(publicGood?.id);
  });
});
