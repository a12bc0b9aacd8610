import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyImage, lab, type Outcome, runVerify, temporaryFolder } from '../support/lab.ts';
import { NotationAuthority, type SignerPlaces } from '../support/notation-authority.ts';

const { registry } = lab();
const signers: Readonly<Record<string, SignerPlaces>> = {
  plain: {},
  'ocsp-good': { ocsp: 'here' },
  'ocsp-revoked': { ocsp: 'here' },
  'ocsp-silent': { ocsp: 'nowhere' },
  'list-good': { list: 'here' },
  'list-revoked': { list: 'here' },
  'list-silent': { list: 'nowhere' },
  'fallback-good': { ocsp: 'nowhere', list: 'here' },
  'fallback-revoked': { ocsp: 'nowhere', list: 'here' },
};

let authority: NotationAuthority;
/** By signer, with the digest. */
const images = new Map<string, string>();

beforeAll(async () => {
  authority = await NotationAuthority.start();
  for (const [name, places] of Object.entries(signers)) {
    await authority.issue(name, places);
    const image = `${registry}/revocation/${name}:1`;
    const digest = await copyImage(lab(), `${registry}/unsigned/base:1`, image);
    images.set(name, `${registry}/revocation/${name}@${digest}`);
    await authority.sign(name, `${registry}/revocation/${name}@${digest}`, name.startsWith('list') ? 'cose' : 'jws');
  }
  for (const name of Object.keys(signers)) if (name.endsWith('revoked')) await authority.revoke(name);
  await authority.startResponder();
});

afterAll(async () => {
  await authority.stop();
});

function imageOf(name: string): string {
  return images.get(name) ?? '';
}

/** A check with a cache of its own, unless one is given. */
async function check(
  name: string,
  revocation: string | null,
  more: readonly string[] = [],
  cache: string | null = null,
): Promise<Outcome> {
  const folder = await authority.project(name, revocation);
  const home = cache ?? (await temporaryFolder());
  const words = ['check', '--format', 'json', ...more, imageOf(name)];
  return runVerify(words, { cwd: folder, env: { HOME: home, XDG_CACHE_HOME: join(home, 'cache') } });
}

function codesOf({ stdout }: Outcome): readonly string[] {
  const [image] = JSON.parse(stdout).images;
  return image.findings.map(({ code }: { code: string }) => code);
}

describe('a signature by Notation whose certificate', () => {
  /** Ours by default against real notation at the level strict. */
  it.each([
    ['names no place to look it up', 'plain', 0, null],
    ['holds, by the responder', 'ocsp-good', 0, null],
    ['was revoked, by the responder', 'ocsp-revoked', 10, 'signature.certificate-revoked'],
    ['names a responder that cannot be reached', 'ocsp-silent', 11, 'image.unverifiable'],
    ['holds, by the list', 'list-good', 0, null],
    ['was revoked, by the list', 'list-revoked', 10, 'signature.certificate-revoked'],
    ['names a list that cannot be reached', 'list-silent', 11, 'image.unverifiable'],
    ['holds by the list, where the responder cannot be reached', 'fallback-good', 0, null],
    [
      'was revoked by the list, where the responder cannot be reached',
      'fallback-revoked',
      10,
      'signature.certificate-revoked',
    ],
  ] as const)('%s ends as with notation (%s: %i)', async (_what, name, status, code) => {
    const ours = await check(name, null);
    expect({ status: ours.status, codes: codesOf(ours) }).toEqual({ status, codes: code === null ? [] : [code] });
    const theirs = await authority.verify(name, imageOf(name), 'strict');
    expect(theirs.status === 0).toBe(status === 0);
  });

  it.each([
    ['ocsp-silent', 'warn', 0, ['image.unverifiable']],
    ['list-silent', 'warn', 0, ['image.unverifiable']],
    ['ocsp-revoked', 'warn', 10, ['signature.certificate-revoked']],
    ['ocsp-silent', 'skip', 0, []],
    ['ocsp-revoked', 'skip', 0, []],
    ['ocsp-good', 'require', 0, []],
  ] as const)('is judged as the policy says: %s with revocation: %s', async (name, revocation, status, codes) => {
    const outcome = await check(name, revocation);
    expect({ status: outcome.status, codes: codesOf(outcome) }).toEqual({ status, codes });
  });

  it('says who was revoked and since when, and what could not be asked', async () => {
    const revoked = JSON.parse((await check('list-revoked', null)).stdout).images[0];
    expect(revoked.findings[0].found).toMatch(/CN=list-revoked,O=acme.*revoked at 20\d\d-/);
    expect(revoked.evidence[0]).toMatchObject({ form: 'notation', verified: false });
    const silent = JSON.parse((await check('ocsp-silent', null)).stdout).images[0];
    expect(silent.findings[0].found).toMatch(/CN=ocsp-silent.*127\.0\.0\.1:9 cannot be reached/);
  });
});

describe('with --offline', () => {
  it('what was kept is enough, while it holds, and nothing is asked', async () => {
    const home = await temporaryFolder();
    expect(await check('list-good', null, [], home)).toMatchObject({ status: 0 });
    const before = authority.lists;
    expect(await check('list-good', null, ['--offline'], home)).toMatchObject({ status: 0 });
    expect(authority.lists).toBe(before);
  });

  it('what was not kept is not asked for: it could not be verified, or the policy takes it', async () => {
    const home = await temporaryFolder();
    expect(await check('list-good', 'skip', [], home)).toMatchObject({ status: 0 });
    const before = authority.lists;
    const refused = await check('list-good', null, ['--offline'], home);
    expect({ status: refused.status, codes: codesOf(refused) }).toEqual({ status: 11, codes: ['image.unverifiable'] });
    expect(refused.stdout).toContain('the network is not to be used');
    expect(await check('list-good', 'warn', ['--offline'], home)).toMatchObject({ status: 0 });
    expect(authority.lists).toBe(before);
  });
});

describe('the list', () => {
  it('is asked for once, and again with --refresh', async () => {
    const home = await temporaryFolder();
    await check('list-good', null, [], home);
    const before = authority.lists;
    await check('list-good', null, [], home);
    expect(authority.lists).toBe(before);
    await check('list-good', null, ['--refresh'], home);
    expect(authority.lists).toBe(before + 1);
  });
});
