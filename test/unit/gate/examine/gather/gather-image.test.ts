import { beforeEach, describe, expect, it } from 'vitest';
import {
  decideFailure,
  decideInput,
  type GatheredImage,
  gatherImage,
} from '../../../../../src/gate/examine/gather/gather-image.ts';
import type { NameResolution } from '../../../../../src/gate/examine/gather/resolve-use.ts';
import { untriedProblems } from '../../../../../src/gate/examine/gather/verify-collected.ts';
import { type ErrorCode, type Evidence, VerifyError } from '../../../../../src/model/index.ts';
import { addImage, newKeyHolder, policyFor, signImage, startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { byKey } from '../../../policy/support/evidence.ts';
import { digestFor } from '../../../records/support.ts';
import { pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});

async function gathered() {
  const pipeline = await pipelineUnder(policyFor(registry, acme, 'app'));
  return { pipeline, found: await gatherImage(pipeline, useOfImage(registry, 'app:1'), { everything: false }) };
}

type Resolved = Extract<NameResolution, { kind: 'resolved' }>;

/** What is asked of the policies about a signed image, with parts of what was gathered changed. */
async function asked(change: Partial<GatheredImage>, resolution: Partial<Resolved> = {}) {
  signImage(registry, 'app', addImage(registry, 'app'), acme);
  const { pipeline, found } = await gathered();
  if (found.resolution.kind === 'unresolved') throw found.resolution.failure;
  return decideInput(pipeline, { ...found, ...change }, { ...found.resolution, ...resolution }, null);
}

const problem = (code: ErrorCode, hint?: string) => ({
  error: new VerifyError(code, `it is ${code}`, hint === undefined ? {} : { hint }),
  subject: digestFor('app'),
  location: 'there',
});

describe('what the policies are asked about an image', () => {
  it('has each problem that leaves something unseen with its place, and what may help', async () => {
    const problems = [
      problem('registry.unreachable', 'wait'),
      problem('registry.offline'),
      problem('registry.untrustworthy'),
    ];
    const { collectProblems, ignored } = await asked({ collected: { attachments: [], unsigned: [], problems } });
    expect(collectProblems).toEqual([
      { message: 'there: it is registry.unreachable', offline: false, lasting: false, hint: 'wait' },
      { message: 'there: it is registry.offline', offline: true, lasting: false },
      { message: 'there: it is registry.untrustworthy', offline: false, lasting: true },
    ]);
    expect(ignored).toBeUndefined();
  });

  it('says apart what is listed and says nothing about it', async () => {
    const problems = [problem('attachment.ignored')];
    const { collectProblems, ignored } = await asked({ collected: { attachments: [], unsigned: [], problems } });
    expect([collectProblems, ignored]).toEqual([[], ['it is attachment.ignored']]);
  });

  it('begins with what kept us from the registry, where the digest is known without it', async () => {
    const { collectProblems } = await asked({}, { failure: problem('registry.unreachable').error });
    expect(collectProblems).toMatchObject([{ message: 'it is registry.unreachable' }]);
  });

  it('says what is known of a tag since it was locked, and why no more is', async () => {
    const since = { digest: digestFor('now'), failure: null };
    expect((await asked({}, { since })).image.sinceLocked).toEqual({ digest: digestFor('now'), unknown: null });
    const failure = problem('registry.offline').error;
    expect((await asked({}, { since: { digest: null, failure } })).image.sinceLocked).toMatchObject({
      unknown: { offline: true },
    });
    expect((await asked({})).image).not.toHaveProperty('sinceLocked');
  });

  it('says how long ago a tag was looked up that is kept, whether it was built here, and what Rego makes of it', async () => {
    const plain = await asked({});
    for (const name of ['keptFor', 'builtHere']) expect(plain.image).not.toHaveProperty(name);
    expect(plain).not.toHaveProperty('rego');
    const builtHere = { built: true, record: 'x', time: 'y' } as const;
    const full = await asked({ builtHere, rego: {} }, { image: { ...(await imageOf()), keptFor: 5 } });
    expect(full).toMatchObject({ image: { keptFor: 5, builtHere }, rego: {} });
  });
});

async function imageOf() {
  const { found } = await gathered();
  if (found.resolution.kind === 'unresolved') throw found.resolution.failure;
  return found.resolution.image;
}

describe('an image that could not be looked up', () => {
  const finding = async (failure: VerifyError, nearStage?: string) => {
    const pipeline = await pipelineUnder(policyFor(registry, acme, 'app'));
    const use = useOfImage(registry, 'app:1');
    return decideFailure(pipeline, nearStage === undefined ? use : { ...use, nearStage }, failure).findings[0];
  };

  it.each([
    ['registry.not-found', 'image.not-found'],
    ['registry.offline', 'image.offline'],
    ['registry.unreachable', 'image.unresolved'],
  ] as const)('because it is %s is %s', async (code, expected) => {
    expect(await finding(new VerifyError(code, 'no'))).toMatchObject({ code: expected });
  });

  it('may be a stage that was meant, which is said before what else may help', async () => {
    const hint = (await finding(new VerifyError('registry.not-found', 'no', { hint: 'push it' }), 'apps'))?.hint;
    expect(hint).toMatch(/apps.*; push it$/);
    expect((await finding(new VerifyError('registry.not-found', 'no', { hint: 'push it' })))?.hint).toBe('push it');
  });
});

it('an image of the local store has nothing attached, and whether it was built here is asked where a policy asks', async () => {
  const asking = await pipelineUnder('version: 1\ndefault: deny\nlocal: built\n');
  const found = {
    id: digestFor('x'),
    digest: digestFor('x'),
    repoDigests: [],
    platform: null,
    onbuild: [],
    diffIds: [],
  };
  const local = { engine: async () => ({ inspectImage: async () => found }) } as never; // images alone are asked for
  const gatheredLocal = await gatherImage({ ...asking, local, localImages: true }, useOfImage(registry, 'app:1'), {
    everything: true,
  });
  expect(gatheredLocal).toMatchObject({ resolution: { client: null }, evidence: [], builtHere: { built: false } });
  const indifferent = await pipelineUnder(policyFor(registry, acme, 'app'));
  const unasked = await gatherImage({ ...indifferent, local, localImages: true }, useOfImage(registry, 'app:1'), {
    everything: true,
  });
  expect(unasked).not.toHaveProperty('builtHere');
});

it('that a run was cancelled is no word about an image', async () => {
  addImage(registry, 'app');
  const pipeline = await pipelineUnder(policyFor(registry, acme, 'app'));
  const session = { ...pipeline.session, signal: AbortSignal.abort() };
  await expect(
    gatherImage({ ...pipeline, session }, useOfImage(registry, 'app:1'), { everything: false }),
  ).rejects.toMatchObject({ code: 'cancelled' });
});

describe('what there was no time to try', () => {
  const untried = (problemOf: Evidence['problem']): Evidence =>
    byKey(acme.pem, { verified: false, problem: problemOf });

  it('is a problem that says how much it is, and never "unsigned"', () => {
    const one = untried({ code: 'not-tried', message: 'the time is over' });
    expect(untriedProblems([one], digestFor('app'))).toMatchObject([
      { error: { code: 'timeout', message: '1 signature or attestation could not be tried (the time is over)' } },
    ]);
    expect(untriedProblems([one, one], digestFor('app'))).toMatchObject([
      { error: { message: expect.stringMatching(/^2 signatures and attestations /) } },
    ]);
  });

  it('is nothing where all was tried', () => {
    expect(untriedProblems([untried({ code: 'invalid-signature', message: 'no' })], digestFor('app'))).toEqual([]);
  });
});
