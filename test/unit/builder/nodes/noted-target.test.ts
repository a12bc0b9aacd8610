import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOfTargets } from '../../../../src/builder/nodes/noted-target.ts';
import { environmentWith } from '../test-environment.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'noted-'));
  await mkdir(join(home, 'buildx', 'refs', 'b', 'n'), { recursive: true });
  await mkdir(join(home, 'app', 'sub'), { recursive: true });
  await mkdir(join(home, 'other'));
  await symlink('app', join(home, 'link'));
});
afterAll(async () => {
  await rm(home, { recursive: true });
});

/** Whether a record in which buildx noted this may be that of a build of `app`; `HOME` stands for the folder of all. */
async function mayBe(noted: string, given: { readonly context?: string | null; readonly dockerfile?: string | null }) {
  const { context = 'HOME/app', dockerfile = 'HOME/app/Dockerfile' } = given;
  const here = (text: string | null): string | null => text?.replaceAll('HOME', home) ?? null;
  await writeFile(join(home, 'buildx', 'refs', 'b', 'n', 'id'), here(noted) ?? '');
  const environment = environmentWith({ dockerConfigDirectory: home });
  const target = { name: 'default', context: here(context), dockerfile: here(dockerfile) };
  const other = { name: 'other', context: '/elsewhere', dockerfile: null };
  return (await recordsOfTargets(environment, ['b/n/id'], [other, target])).includes('b/n/id');
}

const noted = (context: string, dockerfile = '', target = 'default'): string =>
  JSON.stringify({ Target: target, LocalPath: context, DockerfilePath: dockerfile });

describe('a record of a build', () => {
  it.each([
    ['what buildx notes by itself', noted('HOME/app'), {}],
    ['the Dockerfile named', noted('HOME/app', 'HOME/app/Dockerfile'), {}],
    ['a folder through a link, as the shell calls it', noted('HOME/link', 'HOME/link/Dockerfile'), {}],
    ['a dockerfile in lower case', noted('HOME/app', 'HOME/app/Dockerfile'), { dockerfile: 'HOME/app/dockerfile' }],
    ['a Dockerfile on standard input', noted('HOME/app', '-'), { dockerfile: null }],
    ['all on standard input', noted('-'), { context: '-', dockerfile: null }],
    ['a URL', noted('https://a/b.git', 'sub/Dockerfile'), { context: 'https://a/b.git', dockerfile: null }],
    ['a context that is not known', noted('HOME/other'), { context: null, dockerfile: null }],
    ['a note that says nothing', '{}', {}],
    ['no note', '', {}],
  ])('may be that of the target: %s', async (_, text, given) => {
    expect(await mayBe(text, given)).toBe(true);
  });

  it.each([
    ['another context', noted('HOME/other'), {}],
    ['a folder in it', noted('HOME/app/sub'), {}],
    ['another target', noted('HOME/app', '', 'web'), {}],
    ['another Dockerfile', noted('HOME/app', 'HOME/app/Other'), {}],
    ['one of the same name elsewhere', noted('HOME/app', 'HOME/app/sub/Dockerfile'), {}],
    ['standard input', noted('-'), {}],
    ['another URL', noted('https://a/c.git'), { context: 'https://a/b.git', dockerfile: null }],
    ['a URL in place of a folder', noted('https://a/c.git'), {}],
  ])('is not that of the target: %s', async (_, text, given) => {
    expect(await mayBe(text, given)).toBe(false);
  });
});
