import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type BuildxCommand, type HeldBuildx, holdBuildx } from '../../../../src/builder/run/run-buildx.ts';
import { writeProgram } from '../../../support/write-program.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

let folder = '';
let command: BuildxCommand;
beforeEach(() => {
  folder = temporaryFolder();
  const environment = environmentWith({
    workingDirectory: folder,
    variables: { TMPDIR: folder, PATH: '/usr/bin:/bin' },
    dockerConfigDirectory: join(folder, 'config'),
  });
  command = {
    programs: { docker: null, buildx: join(folder, 'docker-buildx') },
    environment,
    verb: 'build',
    before: [],
    args: ['--tag=app', '.'],
    definition: null,
    variables: {},
    builder: 'default',
    metadataFile: null,
    fresh: false,
    stdin: 'inherit',
    interruptions: null,
  };
});

/** A buildx that says when it runs, reads its policy, then does `rest`. */
function buildxThat(rest: string): void {
  const lines = ['#!/bin/sh', `echo "$@" > ${folder}/args`, `echo $$ > ${folder}/running`];
  const read = `cat "$EXPERIMENTAL_BUILDKIT_SOURCE_POLICY" > ${folder}/read`;
  writeProgram(command.programs.buildx, [...lines, read, rest, ''].join('\n'));
}

async function until(file: string): Promise<string> {
  while (!existsSync(join(folder, file)) || readFileSync(join(folder, file), 'utf8') === '')
    await new Promise((resolve) => setTimeout(resolve, 5));
  return readFileSync(join(folder, file), 'utf8').trim();
}

async function held(): Promise<HeldBuildx> {
  const found = await holdBuildx(command.environment, () => Promise.resolve(command));
  if (found === null) throw new Error('nothing can be held here');
  return found;
}

const leftOver = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('docker-verify-'));

describe('a buildx that is started ahead of its verdict', () => {
  it('runs, reads no more than the beginning until it is released, and ends as it would', async () => {
    buildxThat('printf %s \'{"containerimage.digest":"sha256:1"}\' > "$4"; exit 3');
    const build = await held();
    await until('running');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readFileSync(join(folder, 'read'), 'utf8')).toBe('{');
    const result = await build.release('{"version":1,"rules":[]}\n');
    expect(await until('read')).toBe('{"version":1,"rules":[]}');
    expect(await until('args')).toMatch(/^buildx build --metadata-file \S+ --tag=app \.$/);
    expect(result).toMatchObject({ status: 3, metadata: { 'containerimage.digest': 'sha256:1' } });
    expect(leftOver()).toEqual([]);
  });

  it('is killed where it is abandoned, and leaves nothing', async () => {
    buildxThat(`echo built > ${folder}/built`);
    const build = await held();
    const pid = Number(await until('running'));
    build.abandon();
    build.abandon();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(existsSync(join(folder, 'built'))).toBe(false);
    expect(leftOver()).toEqual([]);
  });

  it('that is a script leaves nothing behind that waits, however late it looks for its policy', async () => {
    const late = '(sleep 0.3; cat "$EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"; echo ended > "$0.ended") &';
    writeProgram(command.programs.buildx, `#!/bin/sh\n${late}\necho $$ > ${folder}/running\nwait\n`);
    const build = await held();
    await until('running');
    build.abandon();
    expect(await until('docker-buildx.ended')).toBe('ended');
  });

  it('may have ended before it is released, as with a mistake in its own options', async () => {
    writeProgram(command.programs.buildx, '#!/bin/sh\nexit 125\n');
    const build = await held();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await build.release('{}')).toMatchObject({ status: 125, metadata: null });
    expect(leftOver()).toEqual([]);
  });

  it('is started anew where its folder went before it was told anything', async () => {
    buildxThat('exit 3');
    const build = await held();
    const first = await until('running');
    for (const name of leftOver()) rmSync(join(folder, name), { recursive: true });
    expect(await build.release('{"version":1}\n')).toMatchObject({ status: 3 });
    expect(readFileSync(join(folder, 'read'), 'utf8')).toBe('{"version":1}\n');
    expect(await until('running')).not.toBe(first);
    expect(() => process.kill(Number(first), 0)).toThrow('ESRCH');
    expect(leftOver()).toEqual([]);
  });

  it('says when it is released that it could not be started', async () => {
    const build = await held();
    await expect(build.release('{}')).rejects.toMatchObject({ code: 'builder.unavailable' });
    expect(leftOver()).toEqual([]);
  });

  it('is not started where nobody says how, or that fails', async () => {
    buildxThat('true');
    expect(await holdBuildx(command.environment, () => Promise.resolve(null))).toBeNull();
    await expect(holdBuildx(command.environment, () => Promise.reject(new Error('unknown')))).rejects.toThrow(
      'unknown',
    );
    expect(existsSync(join(folder, 'running'))).toBe(false);
    expect(leftOver()).toEqual([]);
  });
});
