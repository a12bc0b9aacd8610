import { describe, expect, it } from 'vitest';
import { projectFolderOf } from '../../../../src/gate/session/project-folder.ts';
import type { BuildInvocation, BuildTarget, Environment } from '../../../../src/model/index.ts';

// nothing else of these is looked at
const environment = { workingDirectory: '/here' } as unknown as Environment; // all that is asked of either
const target = (name: string, dockerfile: unknown) => ({ name, dockerfile }) as unknown as BuildTarget; // all that is asked of either
const file = { kind: 'file', path: '/elsewhere/app/Dockerfile' };

const folderOf = (verb: BuildInvocation['verb'], ...targets: readonly BuildTarget[]): string =>
  projectFolderOf({ verb, targets }, environment);

describe('where the search for the policy of a project begins', () => {
  it("is the folder of a build's Dockerfile, where that is one of this machine", () => {
    expect(folderOf('build', target('default', file))).toBe('/elsewhere/app');
    expect(folderOf('build', target('default', { kind: 'remote', url: 'https://x.test/Dockerfile' }))).toBe('/here');
    expect(folderOf('build', target('default', { kind: 'stdin' }))).toBe('/here');
  });

  it.each([
    ['one target', [target('app', file)]],
    ['one target that is called as a build calls its own', [target('default', file)]],
    ['several targets', [target('default', file), target('app', file)]],
  ])('is the current folder for a bake of %s', (_, targets) => {
    expect(folderOf('bake', ...targets)).toBe('/here');
  });
});
