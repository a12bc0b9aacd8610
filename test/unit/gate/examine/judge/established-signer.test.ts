import { describe, expect, it } from 'vitest';
import { establishedSigner, unseenError } from '../../../../../src/gate/examine/judge/established-signer.ts';
import type { JudgedImage } from '../../../../../src/gate/examine/judge/judged-image.ts';
import { type Decision, type Evidence, parseCanonicalName, VerifyError } from '../../../../../src/model/index.ts';
import type { CollectProblem } from '../../../../../src/oci/index.ts';
import { byKey, digestOf } from '../../../policy/support/evidence.ts';
import { acme, other } from '../../../policy/support/verdict.ts';

const subject = digestOf('image');
const problem = (error: VerifyError): CollectProblem => ({ error, subject, location: 'referrers' });
const passing = problem(new VerifyError('registry.rate-limited', 'too many', { hint: 'wait' }));
const lasting = problem(new VerifyError('registry.unauthorized', 'not for us'));
const offline = problem(new VerifyError('registry.offline', 'no network'));

/** An image with these pieces, of which some satisfy a rule. */
function image(
  evidence: readonly Evidence[],
  satisfiedBy: readonly number[],
  unseen: readonly CollectProblem[],
): JudgedImage {
  const name = parseCanonicalName('registry.example.com/app:1');
  const decision: Decision = {
    status: 'allow',
    basis: 'none',
    verified: false,
    decisions: [],
    findings: [],
    platformDigests: null,
    satisfiedBy,
  };
  return {
    use: { name, written: 'app:1', platforms: [], uses: [] },
    resolved: null,
    client: null,
    failure: null,
    evidence,
    unsigned: [],
    unseen,
    decision,
    lineage: [],
  };
}

const mine = byKey(acme);
const untrusted = byKey(other);
const attested = byKey(acme, { form: 'attestation', predicateType: 'https://slsa.dev/provenance/v1' });
const open = byKey(other, { revocationUnknown: 'its list cannot be had' });

describe('who signed an image', () => {
  it.each<[string, JudgedImage, Evidence | null]>([
    ['none, where everything was asked', image([], [], []), null],
    ['none, where only an attestation is signed', image([attested], [0], []), null],
    ['none, where nothing verifies', image([{ ...mine, verified: false }], [], []), null],
    ['whom a rule trusts, before an untrusted signer', image([untrusted, mine], [1], []), mine],
    ['an untrusted signer, where everything was asked', image([untrusted], [], []), untrusted],
    ['whom a rule trusts, whatever will never be answered otherwise', image([mine], [0], [lasting]), mine],
    ['whom a rule trusts although its revocation is not known', image([open], [0], []), open],
  ])('is %s', (_what, examined, by) => {
    expect(establishedSigner(examined)).toEqual(by?.signer ?? null);
  });

  it.each<[string, JudgedImage]>([
    ['nothing was found and a look-up failed for now', image([], [], [passing])],
    ['nothing was found and a look-up will always fail', image([], [], [lasting])],
    ['nothing was found without the network', image([], [], [offline])],
    ['an untrusted signer signed, and perhaps others did', image([untrusted], [], [lasting])],
    ['a look-up failed for now that may say more', image([mine], [0], [lasting, passing])],
    ['the certificate of an untrusted signer may be revoked', image([open], [], [])],
  ])('is not established where %s', (_what, examined) => {
    expect(() => establishedSigner(examined)).toThrow(/^who signed registry.example.com\/app:1 could not be looked up/);
  });
});

describe('the error of what could not be asked', () => {
  it('is that of what may pass, counts the others, and keeps its cure', () => {
    const error = unseenError('it is not known', [lasting, passing, offline]);
    expect(error).toMatchObject({ code: 'registry.rate-limited', hint: 'wait', passing: true, cause: passing.error });
    expect(error.message).toBe('it is not known: referrers: too many (and 2 more)');
  });
});
