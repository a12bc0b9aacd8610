import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  everyTarget,
  foundTargets,
  nameOfFile,
  pathForPeople,
  problemOf,
} from '../../../../../src/gate/run/plan/found-targets.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import { VerifyError } from '../../../../../src/model/index.ts';
import { toldBuildx } from '../../../../support/told-buildx.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

/** Which targets a bake file has that buildx lists so, and which of them were asked for. */
async function asked(listed: string, which: 'found' | 'every' = 'found', status = 0): Promise<string> {
  const folder = await folderOf({ 'sub/docker-bake.hcl': '', 'sub/Dockerfile': 'FROM scratch\n' });
  const printed = { target: { app: { context: '.', dockerfile: 'Dockerfile' } } };
  const programs = await toldBuildx(folder, [{ out: printed }], { out: listed, status });
  const session = sessionIn(folder);
  const environment = { ...session.environment, variables: { PATH: '/usr/bin:/bin' } };
  const source = {
    session: { ...session, environment },
    input: standardInput(() => process.stdin, environment),
    args: [],
    programs: async () => programs,
  };
  const file = {
    kind: 'definition',
    folder: join(folder, 'sub'),
    paths: [join(folder, 'sub/docker-bake.hcl')],
  } as const;
  const targets = await (which === 'found' ? foundTargets : everyTarget)(file, source);
  expect(targets.map(({ dockerfile }) => dockerfile.kind)).toEqual(['file']);
  const words = (await readFile(join(folder, 'asked0'), 'utf8')).trim();
  return words.slice(words.indexOf('docker-bake.hcl') + 'docker-bake.hcl'.length).trim();
}

describe('of a bake file', () => {
  const targets = [{ name: 'default' }, { name: 'all', group: true }, { name: 'base' }];

  it('its groups and the default are built, and every target where each is asked for', async () => {
    expect(await asked(JSON.stringify(targets))).toContain('default all');
    expect(await asked(JSON.stringify(targets))).not.toContain('base');
    expect(await asked(JSON.stringify(targets), 'every')).toContain('default all base');
  });

  it('every target is built where it has no group and no default', async () => {
    expect(await asked(JSON.stringify([{ name: 'one' }, { name: 'two' }]))).toContain('one two');
  });

  it.each([
    ['prints no JSON', 'TARGET', 0],
    ['prints no list', '{}', 0],
    ['lists what are no targets', '[1, null, {"name": 5}, {"group": true}]', 0],
    ['cannot list', '[{"name": "one"}]', 1],
  ])('what buildx builds by itself is built where buildx %s', async (_, listed, status) => {
    expect(await asked(listed, 'found', status)).not.toMatch(/one|5|undefined/);
  });
});

it('a Dockerfile builds its last stage in its own folder', async () => {
  const folder = await folderOf({ 'sub/Dockerfile': 'FROM scratch\n' });
  const session = sessionIn(folder);
  const source = {
    session,
    input: standardInput(() => process.stdin, session.environment),
    args: ['--platform=linux/arm64'],
    programs: async () => {
      throw new Error('no program is wanted');
    },
  };
  const file = { kind: 'dockerfile', folder: join(folder, 'sub'), paths: [join(folder, 'sub/Dockerfile')] } as const;
  expect(await foundTargets(file, source)).toMatchObject([
    { context: { path: join(folder, 'sub') }, dockerfile: { written: 'sub/Dockerfile' }, platforms: ['linux/arm64'] },
  ]);
});

it('a path is named from the current folder where it lies below it, else whole', () => {
  const session = sessionIn('/work');
  expect(pathForPeople(session, '/work/sub/file')).toBe('sub/file');
  expect(pathForPeople(session, '/other/file')).toBe('/other/file');
  expect(pathForPeople(session, '/work')).toBe('.');
  const file = { kind: 'definition', folder: '/work', paths: ['/work/a.yaml', '/other/b.yaml'] } as const;
  expect(nameOfFile(session, file)).toBe('a.yaml + /other/b.yaml');
});

it('an error of a file has its place once', () => {
  const place = { file: 'Dockerfile', line: 3 };
  const problem = (message: string, at?: typeof place): string =>
    problemOf(new VerifyError('dockerfile.invalid', message, at === undefined ? {} : { place: at })).message;
  expect(problem('no', place)).toBe('no (Dockerfile:3)');
  expect(problem('Dockerfile:3: no', place)).toBe('Dockerfile:3: no');
  expect(problem('no')).toBe('no');
});
