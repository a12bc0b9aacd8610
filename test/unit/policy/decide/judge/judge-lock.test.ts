import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../../../src/model/index.ts';
import type { CollectProblem } from '../../../../../src/policy/decide/evidence/decide-input.ts';
import type { DecideInput } from '../../../../../src/policy/index.ts';
import { decide } from '../../support/decide.ts';
import { byKey, digestOf, image, inputOf } from '../../support/evidence.ts';
import { type Layers, policiesOf } from '../../support/policies.ts';
import { acme, files, name, rule, signed, verdict } from '../../support/verdict.ts';

describe('locked', () => {
  const lock = (digest: string, key = name): string =>
    JSON.stringify({ lockVersion: 1, images: { [key]: { digest, signer: null, lockedAt: '2026-06-01T00:00:00Z' } } });
  const withLock = (text: string): Layers => ({ files: { ...files, 'docker-verify.lock.json': text } });

  it('allows the digest in the lock, and calls it locked, not verified', async () => {
    const { decision } = await verdict(rule('locked: true'), inputOf(name), withLock(lock(image)));
    expect(decision).toMatchObject({ status: 'allow', basis: 'lock', verified: false });
  });

  it('blocks an image that is used by another digest than the locked one, with both', async () => {
    const { decision } = await verdict(rule('locked: true'), inputOf(name), withLock(lock(digestOf('old'))));
    expect(decision).toMatchObject({
      status: 'block',
      findings: [{ code: 'lock.differs', expected: digestOf('old'), found: image }],
    });
  });

  /** The image by its locked digest, and what its tag stands for now. */
  const since = (digest: Digest | null, unknown: CollectProblem | null = null) =>
    inputOf(name, [], { image: { sinceLocked: { digest, unknown } } });
  const now = digestOf('now');
  const silent = { message: '503' };

  it.each<[string, DecideInput, string, string[]]>([
    ['has not moved', since(image), 'allow', []],
    ['has moved', since(now), 'warn', ['lock.moved']],
    ['is gone', since(null), 'warn', ['lock.moved']],
    ['could not be asked', since(null, silent), 'allow', ['lock.tag-unknown']],
  ])('allows the locked digest where its tag %s, with at most a warning', async (_, input, status, codes) => {
    for (const locked of ['true', '{moved: warn}', '{project: false}']) {
      const found = await verdict(rule(`locked: ${locked}`), input, withLock(lock(image)));
      expect([found.status, found.basis, found.codes]).toEqual([status, 'lock', codes]);
    }
  });

  it.each<[string, DecideInput, string, string[]]>([
    ['has not moved', since(image), 'allow', []],
    ['has moved', since(now), 'block', ['lock.moved']],
    ['is gone', since(null), 'block', ['lock.moved']],
    ['could not be asked', since(null, silent), 'error', ['image.unverifiable']],
    ['may not be asked', since(null, { message: 'offline', offline: true }), 'error', ['image.offline']],
  ])('with moved: block refuses where the tag %s unless it stands', async (_, input, status, codes) => {
    const found = await verdict(rule('locked: {moved: block}'), input, withLock(lock(image)));
    expect([found.status, found.codes.filter((code) => code !== 'lock.tag-unknown')]).toEqual([status, codes]);
    const warned = await verdict(rule('locked: {moved: block}\n    mode: warn'), input, withLock(lock(image)));
    expect(warned.status).toBe(status === 'allow' ? 'allow' : 'warn');
  });

  it('names both digests and the command where the tag has moved, and leaves a verified image verified', async () => {
    const input = inputOf(name, [byKey(acme)], { image: { sinceLocked: { digest: now, unknown: null } } });
    const { decision } = await verdict(signed(''), input, withLock(lock(image)));
    expect(decision).toMatchObject({ status: 'warn', basis: 'signature', verified: true });
    expect(decision.findings).toMatchObject([{ code: 'lock.moved', level: 'warning', expected: image, found: now }]);
    expect(decision.findings[0]?.hint).toContain(`docker verify lock --update ${name}`);
  });

  it('makes nothing of a moved tag that would let an unsigned image in', async () => {
    const found = await verdict(signed(''), since(now), withLock(lock(image)));
    expect([found.status, found.codes]).toEqual(['block', ['signature.missing', 'lock.moved']]);
  });

  it('is a note where a name is written with another digest, and no rule asks for the lock', async () => {
    const written = inputOf(`${name}@${image}`);
    const found = await verdict('version: 1\ndefault: allow\n', written, withLock(lock(digestOf('old'))));
    expect([found.status, found.codes]).toEqual(['allow', ['lock.differs']]);
    expect((await verdict('version: 1\ndefault: allow\n', written, withLock(lock(image)))).codes).toEqual([]);
    const locked = await verdict(rule('locked: true'), written, withLock(lock(digestOf('old'))));
    expect([locked.status, locked.codes]).toEqual(['block', ['lock.differs']]);
  });

  it.each([
    ['{}', 'say moved, project or both'],
    ['{moved: allow}', 'moved'],
    ['{moves: block}', 'moves'],
  ])('is not valid as %s', async (locked, message) => {
    await expect(policiesOf({ project: rule(`locked: ${locked}`) })).rejects.toMatchObject({
      code: 'policy.invalid',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['an image that the lock does not name', withLock(lock(image, 'docker.io/library/x:1'))],
    ['everything without a lock', {}],
  ])('blocks %s', async (_, layers) => {
    expect(await verdict(rule('locked: true'), inputOf(name), layers)).toMatchObject({
      status: 'block',
      codes: ['lock.missing'],
    });
  });

  it('asks for a signature too, where the rule does', async () => {
    const both = signed('locked: true');
    expect(await verdict(both, inputOf(name), withLock(lock(image)))).toMatchObject({
      status: 'block',
      codes: ['signature.missing'],
    });
    expect(await verdict(both, inputOf(name, [byKey(acme)]))).toMatchObject({
      status: 'block',
      codes: ['lock.missing'],
    });
    expect(await verdict(both, inputOf(name, [byKey(acme)]), withLock(lock(image)))).toMatchObject({
      status: 'allow',
      basis: 'signature',
    });
  });

  it("reads the lock beside a machine's policy, and the project's only where it says so", async () => {
    const project = { files: { ...files, 'docker-verify.lock.json': lock(image) } };
    const status = async (layers: Layers) => decide(inputOf(name), await policiesOf(layers)).status;
    expect(await status({ ...project, machine: rule('locked: true') })).toBe('block');
    expect(await status({ ...project, machine: rule('locked: project') })).toBe('allow');
    expect(await status({ ...project, machine: rule('locked: {project: true, moved: block}') })).toBe('allow');
    expect(await status({ ...project, machine: rule('locked: {moved: block}') })).toBe('block');
    expect(await status({ machine: { '10.yaml': rule('locked: true'), 'docker-verify.lock.json': lock(image) } })).toBe(
      'allow',
    );
    expect(await status({ ...project, commandLine: [rule('locked: true')] })).toBe('allow');
  });

  it('stays a refusal where attachments could not be had', async () => {
    const problems = { collectProblems: [{ message: 'timeout' }] };
    expect(await verdict(rule('locked: true'), inputOf(name, [], problems), withLock(lock(image)))).toMatchObject({
      status: 'allow',
    });
    expect(await verdict(rule('locked: true'), inputOf(name, [], problems))).toMatchObject({ status: 'block' });
  });
});
