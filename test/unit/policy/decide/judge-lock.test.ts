import { describe, expect, it } from 'vitest';
import { decide } from '../support/decide.ts';
import { byKey, digestOf, image, inputOf } from '../support/evidence.ts';
import { type Layers, policiesOf } from '../support/policies.ts';
import { acme, files, name, rule, signed, verdict } from '../support/verdict.ts';

describe('locked', () => {
  const lock = (digest: string, key = name): string =>
    JSON.stringify({ lockVersion: 1, images: { [key]: { digest, signer: null, lockedAt: '2026-06-01T00:00:00Z' } } });
  const withLock = (text: string): Layers => ({ files: { ...files, 'docker-verify.lock.json': text } });

  it('allows the digest in the lock, and calls it locked, not verified', async () => {
    const { decision } = await verdict(rule('locked: true'), inputOf(name), withLock(lock(image)));
    expect(decision).toMatchObject({ status: 'allow', basis: 'lock', verified: false });
  });

  it('blocks a tag that has moved, with both digests', async () => {
    const { decision } = await verdict(rule('locked: true'), inputOf(name), withLock(lock(digestOf('old'))));
    expect(decision).toMatchObject({
      status: 'block',
      findings: [{ code: 'lock.moved', expected: digestOf('old'), found: image }],
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
