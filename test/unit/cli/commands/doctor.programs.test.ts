import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../../../support/command-line.ts';
import { builtProject } from '../../../support/project.ts';
import { writeProgram } from '../../../support/write-program.ts';

async function buildxSays(line: CommandLine, from: string | RegExp, to: string): Promise<void> {
  const buildx = join(line.folder, 'docker', 'cli-plugins', 'docker-buildx');
  writeProgram(buildx, (await readFile(buildx, 'utf8')).replaceAll(from, to));
}

async function composeIs(line: CommandLine, version: string): Promise<void> {
  const compose = join(line.folder, 'docker', 'cli-plugins', 'docker-compose');
  writeProgram(compose, `#!/bin/sh\necho "${version}"\n`);
}

const lineOf = (text: string, name: string): string => text.split('\n').find((line) => line.includes(name)) ?? '';

describe('doctor', () => {
  it.each([
    ['v0.13.0', /✗ bad {2}buildx: .*0\.13\.0.*every build ends with 12/],
    ['v0.20.0', /buildx: .*0\.20\.0.*fails on what could not be foreseen/],
    ['v0.30.1', /✓ good {2}buildx: .*0\.30\.1/],
  ])('says what buildx %s cannot do for us', async (version, expected) => {
    const { line } = await builtProject();
    await buildxSays(line, 'v0.30.1', version);
    const { out } = await line.run('doctor');
    expect(out.replaceAll(/\n +/g, ' ')).toMatch(expected);
  });

  it('tells what reaches us before and after an installation', async () => {
    const { line } = await builtProject();
    const before = await line.run('doctor');
    expect(lineOf(before.out, 'docker build, docker bake')).toContain('go to buildx');
    expect(lineOf(before.out, 'docker compose build')).toContain('not installed');
    expect((await line.run('install')).status).toBe(0);
    const after = await line.run('doctor');
    expect(lineOf(after.out, 'docker build, docker bake')).toContain('come to us');
    await composeIs(line, '2.20.0');
    expect(lineOf((await line.run('doctor')).out, 'docker compose build')).toContain('go to buildx');
    expect((await line.run('install', '--mode', 'full')).status).toBe(0);
    const full = (await line.run('doctor')).out;
    expect(lineOf(full, 'docker buildx build')).toContain('comes to us');
  });

  it('says that no policy but the built-in one holds, and what is wrong with one', async () => {
    const line = await commandLine();
    expect(lineOf((await line.run('doctor')).out, 'policies')).toContain('none of your own');
    await line.write({ 'docker-verify.yaml': 'version: 1\nmoed: warn\n' });
    const { status, out } = await line.run('doctor');
    expect(status).toBe(11);
    expect(lineOf(out, 'policies')).toContain('unknown field');
  });

  it('looks at the image that a builder runs in', async () => {
    const { line } = await builtProject();
    await buildxSays(line, 'Driver: docker\\n', 'Driver: docker-container\\n');
    const { document } = await line.json('doctor');
    const names = (document as { examinations: { name: string }[] }).examinations.map(({ name }) => name); // as it is documented
    expect(names).toEqual(expect.arrayContaining(['docker', 'buildx', 'builder', 'enforcement', 'policies']));
  });

  it('says that Docker has a configuration that makes no sense', async () => {
    const { line } = await builtProject();
    await writeFile(join(line.folder, 'docker', 'config.json'), '{');
    const { status, out } = await line.run('doctor');
    expect(status).toBe(11);
    expect(out).toContain("✗ bad  Docker's configuration: Docker's configuration cannot be read");
  });
});
