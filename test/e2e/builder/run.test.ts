import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditMaterials, renderSourcePolicy } from '../../../src/builder/index.ts';
import { lab, run, temporaryFolder, writeFiles } from '../support/lab.ts';
import { type BuildRequest, labEnvironment, pins, request, runRequest, start } from './request.ts';

const base = `${lab().registry}/signed/base:1`;
const other = `${lab().registry}/signed/b0:1`;

/** A request in a folder of its own with these files, and a folder for temporary files that can be looked into. */
async function inFolder(
  files: Readonly<Record<string, string>>,
  given: Partial<BuildRequest>,
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<{ readonly asked: BuildRequest; readonly folder: string; readonly temporary: string }> {
  const folder = await writeFiles(await temporaryFolder(), files);
  const temporary = await temporaryFolder();
  const environment = labEnvironment({ workingDirectory: folder });
  const all = { ...environment.variables, TMPDIR: temporary, ...variables };
  return { folder, temporary, asked: request({ environment: { ...environment, variables: all }, ...given }) };
}

const dockerfile = `FROM ${base}\nRUN --network=none echo built\n`;

/** A target that was built for one platform. */
const target = (name: string): { name: string; platforms: string[] } => ({ name, platforms: ['linux/amd64'] });

describe('a build', () => {
  it('leaves standard output to Docker, passes its status through, and leaves nothing behind', async () => {
    const sourcePolicy = renderSourcePolicy(await pins(base), null);
    const { asked, temporary } = await inFolder({ Dockerfile: dockerfile }, { args: ['-q', '.'], sourcePolicy });
    const quiet = await runRequest(asked);
    expect(quiet.status).toBe(0);
    expect(quiet.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(quiet.stderr).toBe('');
    const failing = await inFolder(
      { Dockerfile: `FROM ${base}\nRUN --network=none exit 5\n` },
      { args: ['.'], sourcePolicy },
    );
    const failed = await runRequest(failing.asked);
    expect(failed).toMatchObject({ status: 1, denied: null, metadata: null });
    expect([...readdirSync(temporary), ...readdirSync(failing.temporary)]).toEqual([]);
  });

  it('is audited by what the builder recorded, whatever the user asked of provenance', async () => {
    const pinned = await pins(base);
    const sourcePolicy = renderSourcePolicy(pinned, null);
    const variables = { BUILDX_METADATA_PROVENANCE: 'disabled' };
    const { asked } = await inFolder(
      { Dockerfile: dockerfile },
      { args: ['--provenance=false', '-q', '.'], sourcePolicy },
      variables,
    );
    const { metadata } = await runRequest(asked);
    const question = {
      verb: 'build',
      targets: [target('default')],
      targetsWithImages: ['default'],
      targetsOfNothing: [],
      pushed: null,
    } as const;
    const audit = auditMaterials({ ...question, metadata, pins: pinned });
    expect(audit).toMatchObject({ audited: true, unverified: [] });
    expect(audit.materials).toHaveLength(1);
    expect(audit.ref).toMatch(/^default\/default\/\w+$/);
    const strange = auditMaterials({ ...question, metadata, pins: await pins(other) });
    expect(strange.unverified).toEqual(audit.materials.map(({ uri }) => uri));
  });

  it('writes the metadata file that the user asked for, and reads it', async () => {
    const { asked, folder } = await inFolder(
      { Dockerfile: dockerfile },
      { args: ['--metadata-file', 'meta.json', '-q', '.'], metadataFile: 'meta.json' },
    );
    const { metadata } = await runRequest(asked);
    expect(metadata).toEqual(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')));
  });

  it('takes no old metadata file for the record of a build that failed', async () => {
    const { asked } = await inFolder(
      { Dockerfile: `FROM ${base}\nRUN --network=none exit 1\n`, 'meta.json': '{"buildx.build.ref": "old"}' },
      { args: ['--metadata-file', 'meta.json', '.'], metadataFile: 'meta.json' },
    );
    expect(await runRequest(asked)).toMatchObject({ status: 1, metadata: null });
  });

  it('runs without the cache where that is asked for', async () => {
    const { asked } = await inFolder({ Dockerfile: dockerfile }, { args: ['--progress=plain', '.'] });
    await runRequest(asked);
    expect((await runRequest(asked)).stderr).toMatch(/RUN --network=none echo built\n#\d+ CACHED/);
    expect((await runRequest({ ...asked, fresh: true })).stderr).not.toMatch(/echo built\n#\d+ CACHED/);
  });

  it.each([
    ['a Dockerfile', false],
    ['a tar archive', true],
  ])('takes %s from standard input, again and again', async (_title, archive) => {
    const folder = await writeFiles(await temporaryFolder(), { Dockerfile: `${dockerfile}COPY . /c\n` });
    const tar = archive ? spawnSync('tar', ['-C', folder, '-c', '.']).stdout : Buffer.from(dockerfile);
    const { asked, temporary } = await inFolder({}, { args: ['-q', '-'], keepStdin: true, repeat: 1 });
    const built = await runRequest(asked, tar);
    expect(built.stderr).toBe('');
    expect(built.stdout).toMatch(/^sha256:\w+\nsha256:\w+\n$/);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('ends within a second of an interruption and leaves no child behind', async () => {
    const { asked, temporary } = await inFolder(
      { Dockerfile: `FROM ${base}\nRUN --network=none sleep 77\n` },
      { args: ['.'], fresh: true },
    );
    const started = await start(asked);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const children = spawnSync('ps', ['--ppid', String(started.pid), '-o', 'pid='], { encoding: 'utf8' }).stdout.trim();
    expect(children).not.toBe('');
    const time = performance.now();
    process.kill(started.pid, 'SIGINT');
    const ended = await started.finished;
    expect(performance.now() - time).toBeLessThan(2_000);
    expect(ended.status).not.toBe(0);
    expect(spawnSync('ps', ['-p', children]).status).toBe(1);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('a denial', () => {
  it('is reported under --check as well', async () => {
    const sourcePolicy = renderSourcePolicy(await pins(other), null);
    const { asked } = await inFolder({ Dockerfile: dockerfile }, { args: ['--check', '.'], sourcePolicy });
    expect(await runRequest(asked)).toMatchObject({ status: 1, denied: `docker-image://${base}` });
  });

  it('is reported of a bake, and its targets are audited one by one where it succeeds', async () => {
    const bake = JSON.stringify({
      group: { default: { targets: ['a', 'b'] } },
      target: {
        a: { 'dockerfile-inline': `FROM ${base}\n`, output: ['type=cacheonly'] },
        b: { 'dockerfile-inline': `FROM ${other}\n`, output: ['type=cacheonly'] },
      },
    });
    const both = await pins(base, other);
    const files = { 'docker-bake.json': bake };
    const denying = await inFolder(files, {
      verb: 'bake',
      args: [],
      targets: ['a', 'b'],
      sourcePolicy: renderSourcePolicy(await pins(base), null),
    });
    expect(await runRequest(denying.asked)).toMatchObject({ status: 1, denied: `docker-image://${other}` });
    const allowing = await inFolder(files, { verb: 'bake', args: [], sourcePolicy: renderSourcePolicy(both, null) });
    const { status, metadata } = await runRequest(allowing.asked);
    expect(status).toBe(0);
    const question = {
      metadata,
      verb: 'bake',
      targets: [target('a'), target('b')],
      targetsWithImages: ['a', 'b'],
      targetsOfNothing: [],
      pushed: null,
    } as const;
    expect(auditMaterials({ ...question, pins: both })).toMatchObject({ audited: true, unverified: [] });
    expect(auditMaterials({ ...question, pins: await pins(base) }).unverified).toHaveLength(1);
  });

  it('is not read from a build of somebody else that was denied a moment before', async () => {
    const sourcePolicy = renderSourcePolicy(await pins(other), null);
    const { asked } = await inFolder({ Dockerfile: dockerfile }, { args: ['.'], sourcePolicy });
    expect((await runRequest(asked)).denied).not.toBeNull();
    const failing = await inFolder({ Dockerfile: 'FROM scratch\nCOPY nonesuch /\n' }, { args: ['.'], sourcePolicy });
    expect(await runRequest(failing.asked)).toMatchObject({ status: 1, denied: null });
  });
});

describe('any other verb', () => {
  it('goes to buildx as it is', async () => {
    const asked = request({ verb: 'ls', args: ['--format', '{{.Name}}'], builder: null });
    const { stdout, status } = await runRequest(asked);
    const direct = await run(lab(), lab().docker, ['buildx', 'ls', '--format', '{{.Name}}']);
    expect({ stdout, status }).toEqual({ stdout: direct.stdout, status: 0 });
    const wrong = await runRequest(request({ verb: 'nonesuch', builder: null }));
    expect(wrong.status).not.toBe(0);
    expect(wrong.stderr).toContain('nonesuch');
  });

  it("sees Docker's global flags before its own name, and the builder of the context", async () => {
    const folder = await temporaryFolder();
    const buildx = join(folder, 'docker-buildx');
    await writeFile(
      buildx,
      '#!/bin/sh\nfor word; do echo "[$word]"; done\necho "$BUILDX_BUILDER $DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"\nexit 7\n',
    );
    await chmod(buildx, 0o755);
    const environment = labEnvironment({ dockerFlags: ['-D', '--context', 'far'] });
    const programs = { docker: '/usr/bin/docker', buildx };
    const asked = request({ environment, programs, verb: 'prune', args: ['-f', 'a b'], builder: 'far' });
    const { status, stdout } = await runRequest(asked);
    expect(status).toBe(7);
    expect(stdout).toBe('[-D]\n[--context]\n[far]\n[buildx]\n[prune]\n[-f]\n[a b]\nfar /usr/bin/docker\n');
  });
});
