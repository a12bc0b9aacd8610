import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { talk } from '../policy/talk.ts';
import { lab, run, runVerify, temporaryFolder } from '../support/lab.ts';
import {
  endLists,
  endOfShort,
  folder,
  images,
  prepareSignatures,
  registry,
  release,
  repository,
  root,
} from '../support/own-authority.ts';

beforeAll(prepareSignatures, 180_000);
afterAll(endLists);

async function check(name: string, fields: string, beside = ''): Promise<readonly [number, readonly string[]]> {
  const project = await temporaryFolder();
  for (const file of ['root.pem', 'between.pem', 'other.pem', 'tsa.pem'])
    await writeFile(join(project, file), await readFile(join(folder, file)));
  const rule = `signedBy: [{certificate: {${fields}}${beside}}]`;
  await writeFile(
    join(project, 'docker-verify.yaml'),
    `version: 1\ndefault: deny\nrules:\n  - images: ["127.0.0.1:*/**"]\n    ${rule}\n`,
  );
  const home = await temporaryFolder();
  const words = ['check', '--format', 'json', images.get(name) ?? ''];
  const { status, stdout, stderr } = await runVerify(words, {
    cwd: project,
    env: { HOME: home, XDG_CACHE_HOME: home },
  });
  if (stdout === '') throw new Error(stderr);
  const [image] = JSON.parse(stdout).images;
  return [status, image.findings.map((finding: { code: string }) => finding.code)];
}

const whole = 'ca: root.pem, intermediates: between.pem';
const good = `${whole}, identity: "${release}"`;

describe("cosign's signature with a certificate of one's own authority", () => {
  it.each<[string, string, string, string, number, readonly string[]]>([
    ['of cosign 2', 'v2', good, '', 0, []],
    ['of cosign 3', 'v3', good, '', 0, []],
    ['by a subject', 'v2', `${whole}, subject: "CN=release,O=acme"`, '', 0, []],
    ['by an expression', 'v3', `${whole}, identityRegexp: "[a-z]+@acme\\\\.example"`, '', 0, []],
    ['that brings its chain', 'v2', `ca: root.pem, identity: "${release}"`, '', 0, []],
    ['under an authority that signed nothing of itself', 'v3', `ca: between.pem, identity: "${release}"`, '', 0, []],
    ['that is not revoked', 'not-revoked', good, '', 0, []],
    ['of the second of several names', 'several', good, '', 0, []],
    ['of the second of several names, cosign 3', 'several-v3', good, '', 0, []],
    ['of the third of them', 'several', `${whole}, identity: "https://b.test/"`, '', 0, []],
    [
      'of none of several names',
      'several',
      `${whole}, identity: "third@acme.example"`,
      '',
      10,
      ['signature.identity-mismatch'],
    ],
    ['of another identity', 'v2', `${whole}, identity: "x${release}"`, '', 10, ['signature.identity-mismatch']],
    [
      'of another identity, cosign 3',
      'v3',
      `${whole}, identity: "x${release}"`,
      '',
      10,
      ['signature.identity-mismatch'],
    ],
    ['of a part of the identity', 'v2', `${whole}, identityRegexp: "acme"`, '', 10, ['signature.identity-mismatch']],
    ['of another subject', 'v2', `${whole}, subject: "CN=release"`, '', 10, ['signature.identity-mismatch']],
    [
      'of an issuer that it does not name',
      'v2',
      `${good}, issuer: "https://issuer.test"`,
      '',
      10,
      ['signature.claims-mismatch'],
    ],
    [
      'of another authority of the same name',
      'v2',
      good.replace('root.pem', 'other.pem'),
      '',
      10,
      ['signature.untrusted-key'],
    ],
    [
      'of another authority, cosign 3',
      'v3',
      good.replace('root.pem', 'other.pem'),
      '',
      10,
      ['signature.untrusted-key'],
    ],
    [
      'that brings no chain, where none is named',
      'v3',
      `ca: root.pem, identity: "${release}"`,
      '',
      10,
      ['signature.untrusted-key'],
    ],
    ['without a log entry where one is required', 'v2', good, ', log: required', 10, ['signature.log-missing']],
    [
      'without a timestamp where one is required',
      'v2',
      `${good}, timestamp: required`,
      '',
      10,
      ['signature.log-missing'],
    ],
    ['that is revoked', 'revoked', good, '', 10, ['signature.certificate-revoked']],
    [
      'that is revoked, where only a warning is asked for',
      'revoked',
      `${good}, revocation: warn`,
      '',
      10,
      ['signature.certificate-revoked'],
    ],
    ['that is revoked, where revocation is not checked', 'revoked', `${good}, revocation: skip`, '', 0, []],
    ['whose revocation is unknown', 'unlisted', good, '', 11, ['image.unverifiable']],
    [
      'whose revocation is unknown, where a warning suffices',
      'unlisted',
      `${good}, revocation: warn`,
      '',
      0,
      ['image.unverifiable'],
    ],
    ['with a timestamp', 'stamped', `${good}, tsa: tsa.pem, timestamp: required`, '', 0, []],
  ])('%s', async (_name, image, fields, beside, code, findings) => {
    expect(await check(image, fields, beside)).toEqual([code, findings]);
  });

  it('counts after its end only where a timestamp proves that it was made before', async () => {
    await pause(Math.max(0, endOfShort.getTime() + 2_000 - Date.now()));
    const expired = [10, ['signature.certificate-expired']];
    expect(await check('short', good)).toEqual(expired);
    expect(await check('short-v3', good)).toEqual(expired);
    expect(await check('stamped', `${good}, tsa: tsa.pem`)).toEqual([0, []]);
    // that is not named as a timestamp authority proves nothing
    expect(await check('stamped', good)).toEqual(expired);
  }, 120_000);

  it.each([
    ['cosign 2', 'v2'],
    ['cosign 3', 'v3'],
  ])('is proposed by init where its authority lies in the folder, %s', async (_, image) => {
    const project = await temporaryFolder();
    await writeFile(join(project, 'Dockerfile'), `FROM ${images.get(image)}\n`);
    for (const file of ['root.pem', 'between.pem', 'other.pem'])
      await writeFile(join(project, file), await readFile(join(folder, file)));
    const made = await runVerify(['init', '--yes'], { cwd: project });
    expect(made.status).toBe(0);
    const policy = await readFile(join(project, 'docker-verify.yaml'), 'utf8');
    expect(policy).toMatch(/certificate:\n +ca: (?:root|between)\.pem\n +identity: release@acme\.example\n/);
    expect((await runVerify(['check', '.'], { cwd: project })).status).toBe(0);
    // another, unsigned image is not let in by it
    await writeFile(join(project, 'Dockerfile'), `FROM ${registry}/unsigned/base:1\n`);
    expect((await runVerify(['check', '.'], { cwd: project })).status).toBe(10);
  });

  it('is not proposed where another authority of that name lies there: --ca FILE is', async () => {
    const project = await temporaryFolder();
    await writeFile(join(project, 'Dockerfile'), `FROM ${images.get('v2')}\n`);
    await writeFile(join(project, 'other.pem'), await readFile(join(folder, 'other.pem')));
    const made = await runVerify(['init', '--yes'], { cwd: project });
    expect([made.status, made.stderr]).toEqual([0, expect.stringContaining('--ca FILE names its certificate')]);
    expect(await readFile(join(project, 'docker-verify.yaml'), 'utf8')).not.toContain('certificate:');
  });

  it('is proposed with the authority that it brings along only to a person who says yes to its fingerprint', async () => {
    const project = await temporaryFolder();
    await writeFile(join(project, 'Dockerfile'), `FROM ${images.get('v2')}\n`);
    const fingerprint = new X509Certificate(root.pem).fingerprint256.replaceAll(':', '').toLowerCase();
    const { status, stdout } = await talk(project, '', ['y\n', 'y\n', '\n']);
    expect(stdout).toContain(`sha256:${fingerprint}`);
    expect(status).toBe(0);
    const policy = await readFile(join(project, 'docker-verify.yaml'), 'utf8');
    expect(policy).toMatch(/certificate:\n +ca: \|\n +-----BEGIN CERTIFICATE-----/);
    expect((await runVerify(['check', '.'], { cwd: project })).status).toBe(0);
    const doubtful = await temporaryFolder();
    await writeFile(join(doubtful, 'Dockerfile'), `FROM ${images.get('v2')}\n`);
    expect((await talk(doubtful, '', ['n\n', '\n'])).status).toBe(0);
    expect(await readFile(join(doubtful, 'docker-verify.yaml'), 'utf8')).not.toContain('certificate:');
  });

  it('is trusted by no rule in what containers-policy.json becomes, which was stricter, until the entry that it names is written', async () => {
    const project = await temporaryFolder();
    const [ca, intermediates] = [join(folder, 'root.pem'), join(folder, 'between.pem')];
    const pki = { caRootsPath: ca, caIntermediatesPath: intermediates, subjectEmail: release };
    const requirement = { type: 'sigstoreSigned', pki, signedIdentity: { type: 'matchRepository' } };
    const policy = { default: [{ type: 'reject' }], transports: { docker: { [repository]: [requirement] } } };
    await writeFile(join(project, 'policy.json'), JSON.stringify(policy));
    const { status, stdout } = await runVerify(['policy', 'convert', 'policy.json'], { cwd: project });
    expect(status).toBe(0);
    expect(stdout).toContain(`write certificate: {ca: FILE, identity: "${release}"}`);
    const checked = async (text: string): Promise<number> => {
      await writeFile(join(project, 'docker-verify.yaml'), text);
      return (await runVerify(['check', images.get('v2') ?? ''], { cwd: project })).status;
    };
    expect(await checked(stdout)).toBe(10);
    const written = (identity: string): string => {
      const entry = JSON.stringify({ certificate: { ca, intermediates, identity } });
      return stdout.replace('signedBy: []', `signedBy: [${entry}]`);
    };
    expect(await checked(written(release))).toBe(0);
    expect(await checked(written(`x${release}`))).toBe(10);
  });

  it('is judged as cosign judges it', async () => {
    const verdicts = async (tool: 'cosign3' | 'cosign2', image: string, who: string, roots: readonly string[]) => {
      const identities = ['--certificate-identity', who, '--certificate-oidc-issuer-regexp', '.*'];
      const ignored = ['--insecure-ignore-sct', '--insecure-ignore-tlog', '--allow-http-registry'];
      const words = ['verify', ...identities, ...roots, ...ignored, images.get(image) ?? ''];
      return (await run(lab(), lab()[tool], words, { cwd: folder })).status === 0;
    };
    expect(await verdicts('cosign2', 'v2', release, ['--ca-roots', 'root.pem'])).toBe(true);
    expect(await verdicts('cosign2', 'v2', `x${release}`, ['--ca-roots', 'root.pem'])).toBe(false);
    expect(await verdicts('cosign2', 'v2', release, ['--ca-roots', 'other.pem'])).toBe(false);
    expect(await verdicts('cosign2', 'short', release, ['--ca-roots', 'root.pem'])).toBe(false);
    // of several names any one
    for (const who of ['first@acme.example', release, 'https://b.test/'])
      expect(await verdicts('cosign2', 'several', who, ['--ca-roots', 'root.pem'])).toBe(true);
    expect(await verdicts('cosign2', 'several', 'third@acme.example', ['--ca-roots', 'root.pem'])).toBe(false);
    expect(await verdicts('cosign3', 'v3', release, ['--trusted-root', 'own.json'])).toBe(true);
    expect(await verdicts('cosign3', 'v3', `x${release}`, ['--trusted-root', 'own.json'])).toBe(false);
  });
});
