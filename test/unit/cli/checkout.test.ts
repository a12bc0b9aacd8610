import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutOf } from '../../../src/cli/checkout.ts';
import { newFolder } from '../../support/new-folder.ts';
import { bareEnvironment } from '../oci/memory-registry.ts';

/** The root of the checkout, seen from a folder of it, under these variables; `REPOSITORY` stands for its place. */
function rootFrom(folder: string, variables: Readonly<Record<string, string>>, files: readonly string[] = []): string {
  const repository = newFolder('checkout');
  for (const file of [`${folder}/x`, ...files]) mkdirSync(dirname(join(repository, file)), { recursive: true });
  const named = Object.entries(variables).map(([name, value]) => [name, value.replace('REPOSITORY', repository)]);
  const workingDirectory = join(repository, folder);
  const { root, ...rest } = checkoutOf({
    ...bareEnvironment({ variables: Object.fromEntries(named) }),
    workingDirectory,
  });
  expect(rest).toEqual({ workingDirectory });
  return root.replace(repository, 'REPOSITORY');
}

describe('the root of a checkout', () => {
  it.each(['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'])('is what %s says where we are below it', (name) => {
    expect(rootFrom('a/b', { [name]: 'REPOSITORY/a' })).toBe('REPOSITORY/a');
    expect(rootFrom('a/b', { [name]: 'REPOSITORY/a/b' })).toBe('REPOSITORY/a/b');
  });

  it.each([
    ['lies elsewhere', 'REPOSITORY/other'],
    ['lies below', 'REPOSITORY/a/b/c'],
    ['only begins alike', 'REPOSITORY/a/bc'],
    ['is relative', 'a'],
    ['is empty', ''],
  ])('is the nearest repository where the folder that a CI names %s', (_, GITHUB_WORKSPACE) => {
    expect(rootFrom('a/b', { GITHUB_WORKSPACE }, ['.git/HEAD'])).toBe('REPOSITORY');
    expect(rootFrom('a/b', { GITHUB_WORKSPACE }, ['.git/HEAD', 'a/b/.git/HEAD'])).toBe('REPOSITORY/a/b');
  });

  it('is the current folder where no repository is around it', () => {
    expect(rootFrom('a/b', {})).toBe('REPOSITORY/a/b');
  });
});
