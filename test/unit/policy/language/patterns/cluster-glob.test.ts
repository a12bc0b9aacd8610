import { describe, expect, it } from 'vitest';
import { clusterGlobProblem, matchesClusterGlob } from '../../../../../src/policy/language/patterns/cluster-glob.ts';
import { collectedText, hasCollectedPolicies } from '../../support/shared-data.ts';

interface GlobCase {
  readonly image: string;
  readonly glob: string;
  readonly wantMatch: boolean;
  readonly wantErr: boolean;
}

// The file's shape is fixed by the program that collected it.
const cases = hasCollectedPolicies
  ? (JSON.parse(collectedText('conformance/cip-glob-cases.json')) as readonly GlobCase[])
  : [];

function verdict({ glob, image }: GlobCase): boolean | 'error' {
  if (clusterGlobProblem(glob) !== null) return 'error';
  try {
    return matchesClusterGlob(glob, image);
  } catch {
    return 'error';
  }
}

describe.skipIf(cases.length === 0)("the admission controller's glob cases (../shared/data/policies)", () => {
  it.each(cases.map((entry) => ({ ...entry, expected: entry.wantErr ? ('error' as const) : entry.wantMatch })))(
    '$glob on $image: $expected',
    ({ expected, ...entry }) => {
      expect(verdict(entry)).toBe(expected);
    },
  );

  it('are 42', () => {
    expect(cases).toHaveLength(42);
  });
});

describe('a pinned reference', () => {
  it('has no tag for the admission controller', () => {
    const pinned = `foo:1@sha256:${'0'.repeat(64)}`;
    expect(matchesClusterGlob('index.docker.io/library/foo:1', pinned)).toBe(false);
    expect(matchesClusterGlob('index.docker.io/library/foo@*', pinned)).toBe(true);
  });
});
