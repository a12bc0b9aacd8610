import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { mergeScans } from '../../../../src/gate/scan/merge-scans.ts';
import { loadTargets, reportTargets, type scanTargets, sourcePins } from '../../../../src/gate/scan/scan-targets.ts';
import { standardInput } from '../../../../src/gate/session/standard-input.ts';
import type { BuildTarget, ScanResult, SourcePin } from '../../../../src/model/index.ts';
import { startRegistry } from '../../../support/signed-registry.ts';
import { tar } from '../../context/tar.ts';
import type { MemoryRegistry } from '../../oci/memory-registry.ts';
import { folderOf } from '../../policy/support/policies.ts';
import { builtTarget } from '../built-target.ts';
import { type SeenSession, sessionIn } from '../gate-pipeline.ts';
import { judgedImage } from '../judged-images.ts';

let folder: string;
let session: SeenSession;
beforeEach(async () => {
  folder = await folderOf({ Dockerfile: 'FROM scratch\n' });
  session = sessionIn(folder);
});

function target(more: Partial<BuildTarget> = {}): BuildTarget {
  return builtTarget({
    context: { kind: 'folder', path: folder },
    dockerfile: { kind: 'file', path: join(folder, 'Dockerfile'), written: 'Dockerfile' },
    ...more,
  });
}

async function load(
  more: Partial<BuildTarget>,
  { stdin = '', network = true }: { stdin?: string | Buffer; network?: boolean } = {},
) {
  const input = standardInput(() => Readable.from([Buffer.from(stdin)]), session.environment);
  const [loaded] = await loadTargets([target(more)], { session, input, network });
  if (loaded === undefined) throw new Error('a target is wanted');
  return loaded;
}

const file = (name: string): BuildTarget['dockerfile'] => ({ kind: 'file', path: join(folder, name), written: name });

describe('a Dockerfile on this machine', () => {
  it('is read, and one that is not there is said to be missing, with how to name it', async () => {
    expect((await load({})).dockerfile).toMatchObject({ kind: 'text', file: 'Dockerfile', pin: null });
    await expect(load({ dockerfile: file('none') })).rejects.toMatchObject({
      code: 'dockerfile.missing',
      message: 'there is no Dockerfile at none',
      hint: expect.stringContaining('-f'),
    });
  });

  it('is none that a link leads to out of its folder, which is said', async () => {
    const outside = await folderOf({ Dockerfile: 'FROM evil\n' });
    await mkdir(join(folder, 'in'));
    await symlink(join(outside, 'Dockerfile'), join(folder, 'in', 'Dockerfile'));
    await expect(load({ dockerfile: file('in/Dockerfile') })).rejects.toMatchObject({
      code: 'dockerfile.missing',
      message: expect.stringContaining('it is a link'),
      hint: 'name what it leads to with -f',
    });
  });

  it('is none that is no file, or a link without end', async () => {
    await mkdir(join(folder, 'sub'));
    await expect(load({ dockerfile: file('sub') })).rejects.toMatchObject({
      code: 'dockerfile.unreadable',
      hint: 'name a file that BuildKit would read',
      message: expect.not.stringMatching(/\bE[A-Z]{3,}/),
    });
    await symlink('loop', join(folder, 'loop'));
    await expect(load({ dockerfile: file('loop') })).rejects.toMatchObject({ name: 'VerifyError' });
  });
});

describe('a Dockerfile that lies elsewhere', () => {
  it('is what a bake file holds in itself, or standard input', async () => {
    expect((await load({ dockerfile: { kind: 'inline', text: 'FROM a\n' } })).dockerfile).toMatchObject({
      file: '(inline)',
    });
    const { dockerfile } = await load({ dockerfile: { kind: 'stdin' } }, { stdin: 'FROM b\n' });
    expect(dockerfile).toMatchObject({ kind: 'text', file: '-', bytes: Buffer.from('FROM b\n') });
  });

  it('is known to the build alone where it is given by its address', async () => {
    const url = 'https://example.com/Dockerfile';
    expect((await load({ dockerfile: { kind: 'remote', url } })).dockerfile).toEqual({
      kind: 'unknown',
      file: url,
      reason: 'remote-context',
    });
  });

  it('is read from an archive on standard input, and missing where the archive has none', async () => {
    const stdin = { context: { kind: 'stdin' }, dockerfile: { kind: 'in-context', path: 'Dockerfile' } } as const;
    const archive = tar({ name: 'Dockerfile', body: 'FROM c\n' });
    const { dockerfile } = await load(stdin, { stdin: archive });
    expect(dockerfile).toMatchObject({ kind: 'text', file: 'Dockerfile', bytes: Buffer.from('FROM c\n') });
    await expect(load(stdin, { stdin: tar({ name: 'other', body: '' }) })).rejects.toMatchObject({
      code: 'dockerfile.missing',
    });
  });
});

describe('a context that is fetched', () => {
  const inContext = { kind: 'in-context', path: 'Dockerfile' } as const;
  let registry: MemoryRegistry;
  beforeEach(async () => {
    registry = await startRegistry();
  });
  const serve = (answer: Buffer | 'broken'): string => {
    registry.intercept = (_, response) => {
      if (answer !== 'broken') response.end(answer);
      else response.writeHead(200, { 'content-length': '100' }).write('FROM', () => response.destroy());
      return true;
    };
    return `http://${registry.host}/context`;
  };
  const http = (url: string): Partial<BuildTarget> => ({ context: { kind: 'http', url }, dockerfile: inContext });

  it('is a Dockerfile or an archive, to whose bytes the builder is held', async () => {
    const one = await load(http(serve(Buffer.from('FROM d\n'))));
    expect(one.dockerfile).toMatchObject({
      kind: 'text',
      bytes: Buffer.from('FROM d\n'),
      pin: { hash: expect.any(String) },
    });
    const two = await load(http(serve(tar({ name: 'Dockerfile', body: 'FROM e\n' }))));
    expect(two.dockerfile).toMatchObject({ bytes: Buffer.from('FROM e\n') });
    expect(sourcePins([one, one, two])).toHaveLength(2);
  });

  it('is not read where its download is cut off, and the build alone then tells what is in it', async () => {
    expect((await load(http(serve('broken')))).dockerfile).toMatchObject({ kind: 'unknown', reason: 'remote-context' });
    expect(session.warnings.join()).toMatch(/the remote context is not read before the build: /);
  });

  it('is not read where a source policy cannot name it', async () => {
    expect((await load(http(`${serve(Buffer.from('FROM f\n'))}/*`))).dockerfile.kind).toBe('unknown');
    expect(session.warnings.join()).toContain('a source policy cannot name its URL');
  });

  it('is not read where the user’s own source policy sends the builder elsewhere, or denies it', async () => {
    const url = serve(Buffer.from('FROM g\n'));
    const policy = join(folder, 'own.json');
    const under = async (rule: object): Promise<string> => {
      await writeFile(policy, JSON.stringify({ version: 1, rules: [rule] }));
      const variables = { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: policy };
      session = { ...session, environment: { ...session.environment, variables } };
      return (await load(http(url))).dockerfile.kind;
    };
    expect(await under({ action: 'DENY', selector: { identifier: url } })).toBe('unknown');
    const updates = { identifier: 'https://example.com/other' };
    expect(await under({ action: 'CONVERT', selector: { identifier: url }, updates })).toBe('unknown');
    expect(session.warnings.join()).toContain('your own source policy speaks of it');
    expect(await under({ action: 'DENY', selector: { identifier: 'https://example.com/another' } })).toBe('text');
  });

  it('is not fetched where the network is not to be used, nor where it is an image', async () => {
    const url = serve(Buffer.from('FROM h\n'));
    expect((await load(http(url), { network: false })).dockerfile.kind).toBe('unknown');
    session = { ...session, own: { ...session.own, offline: true } };
    expect((await load(http(url))).dockerfile.kind).toBe('unknown');
    expect(registry.paths).toEqual([]);
    const image = { context: { kind: 'image', value: 'docker-image://x' }, dockerfile: inContext } as const;
    expect((await load(image)).dockerfile.kind).toBe('unknown');
    expect(session.warnings).toEqual([]);
  });

  it('is a repository whose address is unusual, which is said', async () => {
    const context = { kind: 'git', url: 'https://' } as const;
    expect((await load({ context, dockerfile: inContext })).dockerfile.kind).toBe('unknown');
    expect(session.warnings.join()).toContain('the remote context is not read before the build');
  });

  it('is given up with the run', async () => {
    session = { ...session, signal: AbortSignal.abort() };
    await expect(load(http(serve(Buffer.from('FROM i\n'))))).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('what several targets use', () => {
  const scan = (more: Partial<ScanResult>): ScanResult => ({
    images: [],
    cacheImports: [],
    unknown: [],
    replacements: [],
    ...more,
  });

  it('is each image once for its platforms, with all of its uses, in the order of names', () => {
    const { use } = judgedImage();
    const other = { ...use, name: 'docker.io/library/aaa:1' as typeof use.name }; // canonical as it stands
    const merged = mergeScans([scan({ images: [use] }), scan({ images: [use, other] })]);
    expect(merged.images.map(({ name, uses }) => [name, uses.length])).toEqual([
      ['docker.io/library/aaa:1', 1],
      ['docker.io/library/app:1', 2],
    ]);
  });

  it('keeps the stage that may have been meant, whichever target said it', () => {
    const { use } = judgedImage();
    const near = { ...use, nearStage: 'apps' };
    const stages = (...uses: readonly (typeof use)[]) =>
      mergeScans(uses.map((each) => scan({ images: [each] }))).images;
    expect(stages(near, use)).toMatchObject([{ nearStage: 'apps' }]);
    expect(stages(use, near)).toMatchObject([{ nearStage: 'apps' }]);
    expect(stages(use, use)[0]).not.toHaveProperty('nearStage');
  });
});

it('the report names each target with its platforms, and a fetched context by its digest', () => {
  const pin = (hash: string): SourcePin => ({ name: 'x', conversions: [], attributes: {}, hash });
  const text = (hash: string | null) =>
    ({ kind: 'text', file: 'Dockerfile', bytes: Buffer.of(), pin: hash === null ? null : pin(hash) }) as const;
  const report = (
    dockerfile: Parameters<typeof scanTargets>[0][number]['dockerfile'],
    platforms: readonly string[] = [],
  ) => reportTargets([{ target: target({ platforms }), dockerfile }], 'linux/amd64');
  expect(report(text(null))).toMatchObject([{ platforms: ['linux/amd64'] }]);
  expect(report(text(null))[0]).not.toHaveProperty('context');
  expect(report(text('a'.repeat(40)), ['linux/arm64'])).toMatchObject([
    { platforms: ['linux/arm64'], context: { digest: `sha1:${'a'.repeat(40)}` } },
  ]);
  expect(report(text('b'.repeat(64)))).toMatchObject([{ context: { digest: `sha256:${'b'.repeat(64)}` } }]);
  expect(report({ kind: 'unknown', file: 'x', reason: 'remote-context' })[0]).not.toHaveProperty('context');
});
