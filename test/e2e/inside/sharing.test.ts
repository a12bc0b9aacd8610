import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { identityToken } from '../../../scripts/lab/identity-token.ts';
import {
  acmePolicy,
  attest,
  defaultIdentity,
  digestOf,
  lab,
  type Outcome,
  projectFolder,
  pushLayer,
  runVerify,
  sign,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { rawRegistry } from '../support/raw-registry.ts';
import { attachAsIs, cycloneDxOf } from '../support/sboms.ts';

const running = lab();
const { registry, referrersRegistry, keys, sigstore } = running;
const series = `sharing-${process.pid}-${Date.now()}`;
const base = `${registry}/${series}/base:1`;
const xz = 'pkg:deb/debian/xz-utils@5.6.1-1?distro=debian-13';

const team = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const untrusted = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const privatePem = ({ privateKey }: typeof team): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = ({ publicKey }: typeof team): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();

let folder = '';

/** A machine of its own: the folder of the project, and its own home. */
interface Machine {
  readonly state: string;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;
}

async function machine(): Promise<Machine> {
  const home = await temporaryFolder();
  const state = join(home, 'state');
  const own = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), XDG_STATE_HOME: state };
  return { state, run: (args, env = {}) => runVerify(args, { cwd: folder, env: { ...own, ...env } }) };
}

function must(outcome: Outcome): Outcome {
  if (outcome.status !== 0) throw new Error(`${outcome.status}: ${outcome.stderr}\n${outcome.stdout}`);
  return outcome;
}

async function build(where: Machine, image: string, args: readonly string[] = []): Promise<void> {
  must(await where.run(['build', '--push', '-t', image, ...args, '.']));
}

async function json<Value>(outcome: Promise<Outcome>): Promise<Value & { readonly status: number }> {
  const { status, stdout, stderr } = await outcome;
  if (stdout === '') throw new Error(`${status}: ${stderr}`);
  return { ...JSON.parse(stdout), status };
}

interface Pushed {
  readonly images: readonly {
    readonly digest: string;
    readonly result: string;
    readonly objections: readonly string[];
    readonly summary: string;
    readonly policy: { readonly digest: { readonly sha256: string } };
    readonly signer: object | null;
  }[];
}
interface Pulled {
  readonly added: readonly { readonly id: string; readonly pulled: object }[];
  readonly known: number;
  readonly refused: readonly { readonly image: string; readonly reason: string }[];
  readonly problems: readonly string[];
}

const byTeam = ['--key', 'team.pem', '--format', 'json'] as const;
const fromTeam = ['--key', 'team.pub', '--format', 'json'] as const;

beforeAll(async () => {
  await pushLayer(running, `${registry}/unsigned/base:1`, base, { base: `${series}\n` });
  const signer = { key: keys.acme.privateKey };
  await sign(running, base, { signer, cosign: 3 });
  await attest(running, base, { type: 'cyclonedx', content: cycloneDxOf([{ purl: xz }]) }, { signer, cosign: 3 });
  folder = await projectFolder({
    Dockerfile: `FROM ${base}\nCOPY name /name\n`,
    name: `${series}\n`,
    'docker-verify.yaml': acmePolicy(),
    'team.pem': privatePem(team),
    'team.pub': publicPem(team),
    'untrusted.pem': privatePem(untrusted),
    'root.json': await readFile(running.trustedRoot, 'utf8'),
  });
}, 120_000);

describe.each([
  ['a registry without the referrers API', registry],
  ['one with it', referrersRegistry],
])('records that are shared through %s', (_, where) => {
  const at = (name: string): string => `${where}/${series}/${name}:1`;
  const repository = (name: string): string => `${where}/${series}/${name}`;

  it('give another machine the same answer', async () => {
    const [first, second] = [await machine(), await machine()];
    await build(first, at('app'));
    const pushed = await json<Pushed>(first.run(['records', 'push', ...byTeam, '--sbom', at('app')]));
    expect(pushed).toMatchObject({
      status: 0,
      images: [
        { result: 'PASSED', objections: [], digest: await digestOf(running, at('app')), signer: { kind: 'key' } },
      ],
    });
    const question = ['exposure', 'xz-utils@5.6.0 - 5.6.1', '--format', 'json'];
    const before = await json<{ rows: object[] }>(second.run(question));
    expect(before.rows).toEqual([]);
    const pulled = await json<Pulled>(second.run(['records', 'pull', ...fromTeam, repository('app')]));
    expect(pulled).toMatchObject({ status: 0, refused: [], problems: [], known: 0 });
    expect(pulled.added).toMatchObject([{ pulled: { from: repository('app'), result: 'PASSED' } }]);

    const [mine, theirs] = [
      await json<{ rows: object[] }>(first.run(question)),
      await json<{ rows: object[] }>(second.run(question)),
    ];
    expect(mine).toMatchObject({
      status: 10,
      rows: [{ state: 'affected', via: { role: 'runtime-base', name: base } }],
    });
    expect(theirs).toEqual(mine);
    const listed = await second.run(['records', 'ls']);
    expect(listed.stdout).toContain(`pulled from ${repository('app')} (PASSED)`);
    const shown = await json<object>(second.run(['records', 'show', '--format', 'json', at('app')]));
    expect(shown).toMatchObject({ context: { source: null }, images: [{ name: base, verified: true }] });
    expect(JSON.stringify(shown)).not.toContain(folder);
    // once more brings nothing new, and one's own records are not learnt from others
    expect(await json(second.run(['records', 'pull', ...fromTeam, at('app')]))).toMatchObject({ added: [], known: 1 });
    expect(await json(first.run(['records', 'pull', ...fromTeam, at('app')]))).toMatchObject({ added: [], known: 1 });
    // of another machine's folder that was no checkout nothing can be fetched
    expect(await second.run(['rebuild', at('app')])).toMatchObject({ status: 11 });
    must(await second.run(['records', 'prune', '--older-than', '2100-01-01']));
    expect((await json<{ rows: object[] }>(second.run(question))).rows).toEqual([]);
  });

  it('make no SBOM whole that anybody attached, and put nothing of a build stage into the image', async () => {
    const [first, second] = [await machine(), await machine()];
    await writeFiles(folder, {
      'staged/Dockerfile': `FROM ${base} AS tools\nFROM ${registry}/signed/base:1\nCOPY --from=tools /base /tools\n`,
      'staged/docker-verify.yaml': acmePolicy(),
      'staged/acme.pub': await readFile(keys.acme.publicKey),
    });
    must(await first.run(['build', '--push', '-t', at('staged'), 'staged']));
    const claim = JSON.stringify(cycloneDxOf([{ purl: 'pkg:npm/harmless@1.0.0' }]));
    await attachAsIs(running, at('staged'), 'application/vnd.cyclonedx+json', claim);
    const question = ['exposure', 'xz-utils@5.6.0 - 5.6.1', 'harmless@1.0.0', 'absent@1.0.0', '--format', 'json'];
    const mine = await json<{ rows: { state: string; trust: string }[] }>(first.run(question));
    must(await first.run(['records', 'push', ...byTeam, '--sbom', at('staged')]));
    must(await second.run(['records', 'pull', ...fromTeam, at('staged')]));
    const theirs = await json<{ rows: object[] }>(second.run(question));
    expect(mine.rows).toContainEqual(
      expect.objectContaining({ question: 'xz-utils@5.6.0 - 5.6.1', state: 'affected', inRuntime: false }),
    );
    expect(mine.rows).toContainEqual(expect.objectContaining({ question: 'absent@1.0.0', trust: 'unsigned' }));
    expect(theirs).toEqual(mine);
    // where the team's signature counts, it does not make the missing answer of another signer a signed one
    const third = await machine();
    await writeFiles(folder, {
      'team.yaml': JSON.stringify({ version: 1, rules: [{ images: ['none/**'], signedBy: [{ key: 'team.pub' }] }] }),
    });
    must(await third.run(['records', 'pull', ...fromTeam, at('staged')]));
    const trusting = await json<{ rows: object[] }>(third.run([...question, '--policy', 'team.yaml']));
    expect(trusting.rows).toContainEqual(expect.objectContaining({ question: 'harmless@1.0.0', trust: 'signed' }));
    expect(trusting.rows).toContainEqual(expect.objectContaining({ question: 'absent@1.0.0', trust: 'unsigned' }));
  });

  it('are signed by an ambient identity', async () => {
    const [first, second] = [await machine(), await machine()];
    await build(first, at('ambient'));
    const unsigned = await first.run(['records', 'push', at('ambient')], { SIGSTORE_ID_TOKEN: '' });
    expect(unsigned).toMatchObject({ status: 64, stdout: '' });
    expect(unsigned.stderr).toContain('there is nothing to sign with');
    const services = ['--fulcio', sigstore, '--rekor', sigstore];
    must(await first.run(['records', 'push', ...services, at('ambient')], { SIGSTORE_ID_TOKEN: identityToken() }));
    const { email, issuer } = defaultIdentity;
    const pull = (identity: string) => {
      const who = ['--identity', identity, '--issuer', issuer, '--trusted-root', 'root.json', '--format', 'json'];
      return json<Pulled>(second.run(['records', 'pull', ...who, at('ambient')]));
    };
    expect(await pull('other@example.test')).toMatchObject({ status: 10, added: [], refused: [{}] });
    expect(await pull(email)).toMatchObject({
      status: 0,
      added: [{ pulled: { signer: { kind: 'keyless', identity: email, issuer } } }],
    });
  });

  it('are refused where they are forged, of another signer, or about another image, and the rest goes on', async () => {
    const [first, second] = [await machine(), await machine()];
    await build(first, at('attacked'));
    const push = (key: string) =>
      json<Pushed>(first.run(['records', 'push', '--key', key, '--format', 'json', at('attacked')]));
    await push('untrusted.pem');
    const { summary } = (await push('team.pem')).images[0] ?? { summary: '' };
    const other = `${repository('attacked')}:other`;
    await pushLayer(running, base, other, { other: series });
    const registryOf = rawRegistry(at('attacked'));
    const document = await registryOf.manifest(summary);
    const envelope = JSON.parse(await registryOf.blob(document.layers[0].digest));
    // the good summary under another image
    await registryOf.attach({ ...document, subject: { ...document.subject, digest: await digestOf(running, other) } });
    // another text under the good signature
    const payload = Buffer.from(envelope.dsseEnvelope.payload, 'base64').toString().replace('"allow"', '"block"');
    envelope.dsseEnvelope.payload = Buffer.from(payload).toString('base64');
    const forged = await registryOf.put(JSON.stringify(envelope));
    await registryOf.attach({ ...document, layers: [{ ...document.layers[0], ...forged }] } as never);

    const pulled = await json<Pulled>(second.run(['records', 'pull', ...fromTeam, repository('attacked')]));
    expect(pulled).toMatchObject({ status: 10, problems: [] });
    expect(pulled.added).toHaveLength(1);
    const reasons = pulled.refused.map(({ reason }) => reason).toSorted();
    expect(reasons).toHaveLength(3);
    expect(reasons.join('\n')).toContain('who was not named');
    expect(reasons.join('\n')).toMatch(/does not verify: .*signature/);
    expect(reasons.join('\n')).toContain('it was made for');
    const otherDigest = await digestOf(running, other);
    expect(pulled.refused.filter(({ image }) => image.endsWith(otherDigest))).toHaveLength(1);
  });

  it('never pass where something was let through or warned of', async () => {
    const first = await machine();
    const unsignedBase = `${registry}/unsigned/base:1`;
    await writeFiles(folder, {
      'bad/Dockerfile': `FROM ${unsignedBase}\nCOPY name /bad\n`,
      'bad/name': `${series} ${where}\n`,
      'bad/docker-verify.yaml': acmePolicy({ mode: 'warn' }),
      'fire/Dockerfile': `FROM ${unsignedBase}\nCOPY name /fire\n`,
      'fire/name': `${series} ${where}\n`,
      'fire/docker-verify.yaml': acmePolicy(),
      'bad/acme.pub': await readFile(keys.acme.publicKey),
      'fire/acme.pub': await readFile(keys.acme.publicKey),
    });
    must(await first.run(['build', '--push', '-t', at('bad'), 'bad']));
    must(await first.run(['build', '--push', '-t', at('fire'), '--verify-break-glass', 'it burns', 'fire']));
    const pushed = await json<Pushed>(first.run(['records', 'push', ...byTeam, at('bad'), at('fire')]));
    expect(pushed.images).toMatchObject([
      { result: 'FAILED', objections: [expect.stringContaining('warn'), expect.stringContaining('not verified')] },
      { result: 'FAILED', objections: expect.arrayContaining([expect.stringContaining('emergency')]) },
    ]);
    // and a failure is reported elsewhere as a failure
    const second = await machine();
    const pulled = await json<Pulled>(second.run(['records', 'pull', ...fromTeam, at('fire')]));
    expect(pulled).toMatchObject({ status: 0, added: [{ breakGlass: 'it burns', pulled: { result: 'FAILED' } }] });
  });

  it('let a base in whose summary by a trusted verifier passed', async () => {
    const first = await machine();
    await build(first, at('golden'));
    await pushLayer(running, base, at('failed'), { failed: series });
    const { images } = await json<Pushed>(first.run(['records', 'push', ...byTeam, at('golden')]));
    const sha256 = images[0]?.policy.digest.sha256 ?? '';
    expect(sha256).toBe(createHash('sha256').update(acmePolicy()).digest('hex'));
    const check = async (name: string, about: object): Promise<Outcome> => {
      const asking = {
        type: 'vsa',
        signedBy: [{ key: 'team.pub' }],
        where: { verifier: 'urn:docker-verify', ...about },
      };
      const rule = { name: 'ours', images: ['127.0.0.1:*/**'], require: { attestations: [asking] } };
      const cwd = await projectFolder({
        Dockerfile: `FROM ${at(name)}\n`,
        'team.pub': publicPem(team),
        'docker-verify.yaml': JSON.stringify({ version: 1, default: 'deny', rules: [rule] }),
      });
      return await runVerify(['check', '.'], { cwd, env: { XDG_CACHE_HOME: await temporaryFolder() } });
    };
    const allowed = await check('golden', { policy: `sha256:${sha256}` });
    expect(allowed).toMatchObject({ status: 0 });
    expect(allowed.stdout).toContain('team');
    expect(await check('golden', { policy: `sha256:${'0'.repeat(64)}` })).toMatchObject({ status: 10 });
    expect(await check('golden', { result: 'FAILED' })).toMatchObject({ status: 10 });
    expect(await check('failed', {})).toMatchObject({ status: 10 });
  });
});

describe('records push', () => {
  it('refuses an image that was not built here', async () => {
    const refused = await (await machine()).run(['records', 'push', ...byTeam, base]);
    expect(refused).toMatchObject({ status: 64, stdout: '' });
    expect(refused.stderr).toContain('no record of this machine');
  });

  it('says that others cannot believe an unsigned record, and pull refuses it', async () => {
    const [first, second] = [await machine(), await machine()];
    const image = `${registry}/${series}/unsigned-summary:1`;
    await build(first, image);
    const pushed = must(await first.run(['records', 'push', '--unsigned', image]));
    expect(pushed.stdout).toContain('unsigned: others cannot verify it');
    const pulled = await json<Pulled>(second.run(['records', 'pull', ...fromTeam, image]));
    expect(pulled).toMatchObject({
      status: 10,
      added: [],
      refused: [{ reason: 'a verification summary is unsigned' }],
    });
  });
});

describe('records pull', () => {
  it('takes a list, and says what could not be looked at', async () => {
    const second = await machine();
    await writeFile(join(folder, 'list.txt'), `# the team's\n${registry}/${series}/nothing-there\n\n`);
    const pulled = await json<Pulled>(second.run(['records', 'pull', ...fromTeam, '--file', 'list.txt']));
    expect(pulled).toMatchObject({
      status: 11,
      added: [],
      refused: [],
      problems: [expect.stringContaining('nothing-there')],
    });
  });

  it.each([
    [['a/b'], 'whose records are trusted'],
    [['--key', 'team.pub'], 'takes repositories'],
    [['--identity', 'a@example.com', 'a/b'], 'belong together'],
  ])('refuses %j', async (args, message) => {
    const refused = await (await machine()).run(['records', 'pull', ...args]);
    expect(refused).toMatchObject({ status: 64, stdout: '' });
    expect(refused.stderr).toContain(message);
  });
});
