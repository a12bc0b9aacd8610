import { describe, expect, it } from 'vitest';
import { matchingClusterPolicies } from '../../../../../src/policy/decide/judge/matching-cluster-policies.ts';

/** Those of the globs that a ClusterImagePolicy of its own matches the image with. */
function matching(name: string, globs: readonly string[]): readonly string[] {
  const policies = globs.map((glob) => ({
    name: glob,
    policy: 'cip.yaml',
    line: 1,
    mode: 'enforce' as const,
    saysEnforce: false,
    globs: ['quay.io/nobody/**', glob],
    authorities: [],
    unsupported: [],
  }));
  return matchingClusterPolicies(policies, name).map((policy) => policy.name);
}

describe('a name', () => {
  it.each([
    ['docker.io/library/alpine:latest', ['alpine', 'library/alpine', 'alpine:latest', 'library/alpine:latest']],
    ['docker.io/library/alpine:3', ['alpine:3', 'library/alpine:3', '*']],
    ['docker.io/acme/app:latest', ['acme/app', 'acme/app:latest', '*/*']],
    ['docker.io/acme/app:2', ['acme/app:2', 'index.docker.io/acme/**']],
    ['ghcr.io/acme/app:2', ['ghcr.io/acme/app:2', 'ghcr.io/**', '**']],
  ])('%s is matched as it is written too: %j', (name, globs) => {
    expect(matching(name, globs)).toEqual(globs);
  });

  it.each([
    ['docker.io/library/alpine:3', ['alpine', 'library/alpine', 'alpine:latest', 'library:3']],
    ['docker.io/acme/app:2', ['acme/app', 'app:2', 'app']],
    ['ghcr.io/library/alpine:latest', ['alpine', 'library/alpine', '*']],
    ['ghcr.io/acme/app:latest', ['acme/app', 'app', '*/*']],
  ])('%s is not matched by %j', (name, globs) => {
    expect(matching(name, globs)).toEqual([]);
  });
});
