import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Advice, ImageComparison } from '../../../src/model/index.ts';
import {
  acmePolicy,
  attest,
  digestOf,
  lab,
  moveTag,
  projectFolder,
  pushLayer,
  runVerify,
  sign,
  temporaryFolder,
} from '../support/lab.ts';
import { spdxOf } from '../support/sboms.ts';

const running = lab();
const { registry, keys } = running;
const room = `${registry}/advice`;
const [fat, lean, bare] = [`${room}/app:fat`, `${room}/app:lean`, `${room}/bare:1`];

beforeAll(async () => {
  await pushLayer(running, `${registry}/signed/base:1`, fat, { fat: 'x'.repeat(5000) });
  await pushLayer(running, `${registry}/signed/base:1`, lean, { lean: 'x' });
  await pushLayer(running, `${registry}/unsigned/base:1`, bare, { bare: 'x' });
  const packages = { [fat]: ['bash@5.2', 'apt@3.0', 'openssl@3.0'], [lean]: ['busybox@1.37', 'openssl@3.5'] };
  for (const [image, listed] of Object.entries(packages)) {
    await sign(running, image, { signer: { key: keys.acme.privateKey }, cosign: 3 });
    const content = spdxOf(listed.map((each) => ({ purl: `pkg:deb/debian/${each}?distro=debian-12` })));
    await attest(running, image, { type: 'spdxjson', content }, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  }
});

const policy = (more = {}): string => JSON.stringify({ ...JSON.parse(acmePolicy({ default: 'warn' })), ...more });

async function json<Result>(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<Result> {
  const outcome = await runVerify([...args, '--format', 'json'], options);
  expect(outcome).toMatchObject({ status: 0 });
  return JSON.parse(outcome.stdout) as Result; // the tool's own result
}

describe('recommend', () => {
  it('says offline what it knows, with its sources, and what it could not ask', async () => {
    const cwd = await temporaryFolder();
    const outcome = await runVerify(['recommend', '--offline', 'node:18-alpine'], { cwd });
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain('Node.js 18 is at its end of life since 2025-04-30');
    expect(outcome.stdout).toContain('not among the official tags that were still made anew');
    expect(outcome.stdout).toContain('docker.io/library/node:26-alpine');
    expect(outcome.stdout).toMatch(/not known +the image itself/);
    expect(outcome.stdout).toMatch(
      /source +https:\/\/github\.com\/endoflife-date\/endoflife\.date \(MIT\), as of \d{4}-/,
    );
  });

  it('puts what the policy recommends first, and tells what is inside and how large it is', async () => {
    const cwd = await projectFolder({
      Dockerfile: `FROM ${fat}\n`,
      'docker-verify.yaml': policy({ recommend: { [`${room}/app:*`]: [lean] } }),
    });
    const { images } = await json<{ images: Advice[] }>(['recommend', '.'], { cwd });
    expect(images).toMatchObject([
      {
        name: fat,
        listed: null,
        preferred: [lean],
        inside: { packages: 3, shells: ['bash'], packageManagers: ['apt'], trust: 'signed' },
        refresh: null,
      },
    ]);
    expect(images[0]?.bytes?.total).toBeGreaterThan(0);
    const text = await runVerify(['recommend', '.'], { cwd });
    expect(text.stdout.split('\n')[1]).toMatch(/^ {2}policy +\S+app:lean/);
    const markdown = await runVerify(['recommend', '--format', 'markdown', '.'], { cwd });
    expect(markdown.stdout).toMatch(/^### `[^`]+app:fat`\n\n\| \| \|\n\|---\|---\|\n\| policy \| /);
  });

  it('tells that the tag of an image that was built on stands for other bytes now, and what changes', async () => {
    const moving = `${room}/moving:1`;
    const from = await moveTag(running, moving, fat);
    await sign(running, moving, { signer: { key: keys.acme.privateKey }, cosign: 3 });
    const cwd = await projectFolder({ Dockerfile: `FROM ${moving}\n`, 'docker-verify.yaml': policy() });
    const env = { XDG_STATE_HOME: await temporaryFolder() };
    const [unbuilt] = (await json<{ images: Advice[] }>(['recommend', '.'], { cwd, env })).images;
    expect(unbuilt?.refresh).toBeNull();
    expect(await runVerify(['build', '-q', '.'], { cwd, env })).toMatchObject({ status: 0 });
    const to = await moveTag(running, moving, lean);
    const [advice] = (await json<{ images: Advice[] }>(['recommend', '.'], { cwd, env })).images;
    expect(advice?.refresh).toMatchObject({ from, to });
  });

  it('that cannot ask is an answer with what it could not know', async () => {
    const cwd = await temporaryFolder();
    const { images } = await json<{ images: Advice[] }>(['recommend', '127.0.0.1:1/nobody/home:1'], { cwd });
    expect(images).toMatchObject([{ digest: null, bytes: null, inside: null }]);
    expect(images[0]?.unknown).toHaveLength(1);
  });

  it('needs to know of what', async () => {
    const cwd = await temporaryFolder();
    expect(await runVerify(['recommend', '--format', 'sarif', 'node:18'], { cwd })).toMatchObject({ status: 64 });
  });
});

describe('compare', () => {
  it('sets two images side by side: signer, size, layers, packages', async () => {
    const cwd = await projectFolder({ 'docker-verify.yaml': policy() });
    const compared = await json<ImageComparison>(['compare', fat, lean], { cwd });
    expect(compared).toMatchObject({
      images: [
        { name: fat, digest: await digestOf(running, fat), signed: 'verified', signer: { kind: 'key' }, packages: 3 },
        {
          name: lean,
          digest: await digestOf(running, lean),
          signer: { kind: 'key' },
          packages: 2,
          support: [{ what: 'Debian 12', date: '2028-06-30' }],
        },
      ],
      packages: {
        added: ['busybox'],
        removed: ['apt', 'bash'],
        changed: [{ name: 'openssl', from: '3.0', to: '3.5' }],
      },
      unknown: [],
    });
    const [left, right] = compared.images;
    expect(compared.layersInCommon).toBe(left.layers - 1);
    expect(left.bytes['linux/amd64']).toBeGreaterThan(right.bytes['linux/amd64'] ?? 0);
    const text = await runVerify(['compare', fat, lean], { cwd });
    expect(text.stdout).toContain('openssl 3.0 → 3.5');
    await runVerify(['compare', fat, lean, '--format', 'markdown=compared.md'], { cwd });
    expect(await readFile(join(cwd, 'compared.md'), 'utf8')).toMatch(/^\| \| `[^`]+app:fat` \| `[^`]+app:lean` \|\n/);
  });

  it('does not call unknown what is not there: no SBOM, no comparison of packages', async () => {
    const cwd = await temporaryFolder();
    const compared = await json<ImageComparison>(['compare', fat, bare], { cwd });
    expect(compared.packages).toBeNull();
    // nothing here knows the key of the first
    expect(compared.images[0]).toMatchObject({ signed: 'unverified', signer: null });
    expect(compared.images[1]).toMatchObject({ signed: 'unsigned', packages: null, signer: null, support: [] });
    const text = await runVerify(['compare', fat, bare], { cwd });
    expect(text.stdout).toMatch(/^signer +signed, by an unknown signer +unsigned$/m);
    expect(compared.unknown).toEqual([expect.stringContaining('no SBOM is attached')]);
  });

  it.each([[[fat]], [[fat, lean, bare]], [['./app', fat]]])('takes two images: %j is wrong usage', async (args) => {
    expect(await runVerify(['compare', ...args], { cwd: await temporaryFolder() })).toMatchObject({ status: 64 });
  });

  it('cannot be done with an image that does not exist', async () => {
    const cwd = await temporaryFolder();
    expect(await runVerify(['compare', fat, `${room}/nobody:1`], { cwd })).toMatchObject({ status: 11, stdout: '' });
  });
});
