import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyExtensions } from '../../../../src/gate/session/policy-extensions.ts';
import { cacheFolder, type Session } from '../../../../src/gate/session/session.ts';
import type { OwnOptions } from '../../../../src/model/index.ts';
import { decideSource, loadPolicies, type PolicySet } from '../../../../src/policy/index.ts';
import { MemoryRegistry } from '../../oci/memory-registry.ts';
import { environmentIn, folderOf } from '../../policy/support/policies.ts';
import { sessionIn } from '../gate-pipeline.ts';

const type = 'application/vnd.docker-verify.policy.v1+yaml';
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const acme = newKey();
const mallory = newKey();
const pem = acme.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const source = { kind: 'git', name: 'example.com/a.git', pin: null, uses: [] } as const;

let registry: MemoryRegistry;
let folder: string;
let warnings: string[];

beforeEach(async () => {
  registry = await new MemoryRegistry().start();
  folder = await folderOf({});
  warnings = [];
});

afterEach(() => registry.stop());

/** Publishes a policy under `base:1`, signed as cosign does by each of these keys. */
function publish(text: string, signers: readonly KeyObject[] = [acme.privateKey], artifactType = type): void {
  const bundle = registry.artifact('base', [registry.blob(text, type)], { artifactType }, '1');
  const payload = JSON.stringify({
    critical: {
      identity: { 'docker-reference': `${registry.host}/base` },
      image: { 'docker-manifest-digest': bundle.digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
  const layers = signers.map((key) => ({
    ...registry.blob(payload, 'application/vnd.dev.cosign.simplesigning.v1+json'),
    annotations: { 'dev.cosignproject.cosign/signature': sign('sha256', Buffer.from(payload), key).toString('base64') },
  }));
  if (layers.length > 0) registry.artifact('base', layers, {}, `${bundle.digest.replace(':', '-')}.sig`);
}

const sessionWith = (own: Partial<OwnOptions>): Session =>
  sessionIn(folder, own, { warn: (text) => warnings.push(text) });

/** What is in force in a folder whose policy extends the bundle, or says something else. */
async function load(
  own: Partial<OwnOptions> = {},
  text = extending(),
  machine: string | null = null,
): Promise<PolicySet> {
  await writeFile(join(folder, 'docker-verify.yaml'), text);
  if (machine !== null) {
    await mkdir(join(folder, 'machine'), { recursive: true });
    await writeFile(join(folder, 'machine', '1.yaml'), machine);
  }
  return await loadPolicies({
    environment: environmentIn(folder),
    commandLine: [],
    projectFrom: folder,
    mode: null,
    machineFolder: machine === null ? null : join(folder, 'machine'),
    extensions: policyExtensions(sessionWith(own)),
  });
}

const extending = (signedBy = JSON.stringify([{ key: pem }])): string =>
  `version: 1\nextends: [{from: "oci://${registry.host}/base:1", signedBy: ${signedBy}}]\n`;

const policy = (serial: number, git = 'pinned'): string => `version: 1\nserial: ${serial}\nsources: {git: ${git}}\n`;

/** The serial of the bundle in force, by what its text asks of git. */
const asksOf = (policies: PolicySet): readonly string[] =>
  policies.layers.flatMap(({ sources }) => sources.map(({ git }) => git));

describe('a policy that extends a signed bundle', () => {
  it('has it in force in its own layer, named with its SHA-256', async () => {
    publish(policy(1));
    const policies = await load();
    expect(decideSource(source, policies).status).toBe('block');
    expect(policies.layers[0]).toMatchObject({
      layer: 'project',
      policies: ['docker-verify.yaml', `oci://${registry.host}/base:1`],
    });
    const sha256 = createHash('sha256').update(policy(1)).digest('hex');
    expect(policies.reportPolicies).toContainEqual({
      layer: 'project',
      source: `oci://${registry.host}/base:1`,
      sha256,
    });
  });

  it.each<[string, () => void]>([
    ['it is unsigned', () => publish(policy(1), [])],
    ['somebody else signed it', () => publish(policy(1), [mallory.privateKey])],
    ['it is of another type', () => publish(policy(1), [acme.privateKey], 'application/yaml')],
    ['it has no serial', () => publish('version: 1\n')],
    ['it is not there', () => undefined],
    [
      'its signature is for other bytes',
      () => {
        publish(policy(1));
        const signatures = [...registry.manifests].filter(([name]) => name.endsWith('.sig'));
        publish(policy(2), []);
        const now = registry.manifests.get('base 1')?.bytes ?? '';
        const tag = `sha256-${createHash('sha256').update(now).digest('hex')}.sig`;
        for (const [, kept] of signatures) registry.manifests.set(`base ${tag}`, kept);
      },
    ],
  ])('stops with 11 where %s', async (_title, prepare) => {
    prepare();
    await expect(load()).rejects.toMatchObject({ code: 'policy.unavailable' });
  });

  it('asks for as many signers as its threshold says', async () => {
    const keys = [acme, mallory].map(({ publicKey }) => ({
      key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    }));
    const text = `version: 1\nextends: [{from: "oci://${registry.host}/base:1", threshold: 2, signedBy: ${JSON.stringify(keys)}}]\n`;
    publish(policy(1));
    await expect(load({}, text)).rejects.toMatchObject({ code: 'policy.unavailable' });
    publish(policy(1), [acme.privateKey, mallory.privateKey]);
    expect(asksOf(await load({ refresh: true }, text))).toEqual(['pinned']);
  });

  it('uses what is kept while the network is away, and needs it the first time', async () => {
    publish(policy(1));
    await expect(load({ offline: true })).rejects.toMatchObject({ code: 'policy.unavailable' });
    const text = extending();
    await load({}, text);
    await registry.stop();
    expect(asksOf(await load({ offline: true }, text))).toEqual(['pinned']);
    expect(asksOf(await load({}, text))).toEqual(['pinned']);
    registry = await new MemoryRegistry().start();
  });

  it('takes a newer one, and neither an older one nor another of the same serial', async () => {
    publish(policy(5, 'any'));
    expect(asksOf(await load())).toEqual(['any']);
    publish(policy(6, 'checksum'));
    expect(asksOf(await load({ refresh: true }))).toEqual(['checksum']);
    for (const loose of [policy(5, 'any'), policy(6, 'any')]) {
      publish(loose);
      expect(asksOf(await load({ refresh: true }))).toEqual(['checksum']);
    }
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('its serial 5 does not grow: 6 was here before');
    // only what is kept tells: a machine that never saw the newer one takes the older
    folder = await folderOf({});
    publish(policy(5, 'any'));
    expect(asksOf(await load())).toEqual(['any']);
  });

  it('keeps what was good where its successor is not signed, or makes no sense', async () => {
    publish(policy(1));
    await load();
    publish(policy(2, 'any'), [mallory.privateKey]);
    expect(asksOf(await load({ refresh: true }))).toEqual(['pinned']);
    publish('version: 1\nserial: 3\nsurces: {}\n');
    expect(asksOf(await load({ refresh: true }))).toEqual(['pinned']);
    expect(warnings).toHaveLength(2);
  });

  it('believes nothing that was changed where it is kept', async () => {
    publish(policy(1));
    await load();
    const kept = join(cacheFolder(sessionWith({})), 'policies');
    const [name = ''] = await readdir(kept);
    const record = JSON.parse(await readFile(join(kept, name), 'utf8')) as object;
    await writeFile(
      join(kept, name),
      JSON.stringify({ ...record, policy: Buffer.from(policy(9, 'any')).toString('base64') }),
    );
    await expect(load({ offline: true })).rejects.toMatchObject({ code: 'policy.unavailable' });
  });

  it('does not take for another signer what was kept for one', async () => {
    publish(policy(1));
    await load();
    const other = JSON.stringify([{ key: mallory.publicKey.export({ type: 'spki', format: 'pem' }).toString() }]);
    await expect(load({ offline: true }, extending(other))).rejects.toMatchObject({ code: 'policy.unavailable' });
  });

  it('cannot loosen what another layer asks', async () => {
    publish(policy(1, 'any'));
    const policies = await load({}, extending(), 'version: 1\nsources: {git: pinned}\n');
    expect(decideSource(source, policies).status).toBe('block');
  });

  it.each([
    ['names a file', 'rules: [{images: ["**"], signedBy: [{key: /etc/hosts}]}]'],
    ['reads a catalogue', 'publishers: /etc/hosts'],
    ['extends further', `extends: ["https://example.com/a#sha256=${'0'.repeat(64)}"]`],
    ['reads ClusterImagePolicies', 'clusterImagePolicies: ["/etc/*.yaml"]'],
    ['switches off the built-in policy for a project', 'builtin: off'],
  ])('is not valid where the bundle %s', async (_title, line) => {
    publish(`version: 1\nserial: 1\n${line}\n`);
    await expect(load()).rejects.toMatchObject({ code: 'policy.invalid' });
  });
});

describe('a policy that extends a file by its SHA-256', () => {
  const text = 'version: 1\nsources: {git: pinned}\n';
  const sha256 = createHash('sha256').update(text).digest('hex');
  const extend = `version: 1\nextends: ["https://127.0.0.1:1/policy.yaml#sha256=${sha256}"]\n`;

  it('has it in force from what is kept, by its checksum alone', async () => {
    await expect(load({}, extend)).rejects.toMatchObject({ code: 'policy.unavailable' });
    await expect(load({ offline: true }, extend)).rejects.toMatchObject({ code: 'policy.unavailable' });
    const kept = join(cacheFolder(sessionWith({})), 'policies');
    await mkdir(kept, { recursive: true });
    await writeFile(join(kept, sha256), 'version: 1\n');
    await expect(load({ offline: true }, extend)).rejects.toMatchObject({ code: 'policy.unavailable' });
    await writeFile(join(kept, sha256), text);
    expect(asksOf(await load({ offline: true }, extend))).toEqual(['pinned']);
  });

  it.each([
    'extends: ["https://example.com/policy.yaml"]',
    `extends: ["http://example.com/policy.yaml#sha256=${'0'.repeat(64)}"]`,
    'extends: ["oci://example.com/base:1"]',
    'extends: [{from: "oci://example.com/base:1"}]',
    'extends: [{from: "oci://example.com/base:1", signedBy: []}]',
    'extends: [{from: "oci://Base//x", signedBy: [{publisher: chainguard}]}]',
    'extends: [base.yaml]',
  ])('is not valid with %s', async (line) => {
    await expect(load({}, `version: 1\n${line}\n`)).rejects.toMatchObject({
      code: 'policy.invalid',
      place: { line: 2 },
    });
  });
});
