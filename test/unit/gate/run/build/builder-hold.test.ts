import { describe, expect, it } from 'vitest';
import { looserHold, unforeseenUnder } from '../../../../../src/gate/run/build/builder-hold.ts';
import type { PolicySet } from '../../../../../src/policy/index.ts';

// nothing else of the policies is looked at
const policies = (layer: 'builtin' | 'project', sideMode: 'warn' | 'enforce') =>
  ({
    sideMode,
    layers: [{ layer, rules: [{ images: [{ repository: 'cgr.dev/chainguard/**', tag: null }] }] }],
  }) as unknown as PolicySet; // all that is asked of the policies here
const unruled = policies('builtin', 'warn');
const userPolicy = { conversions: [] } as never;

describe('what a builder is held to after too many denials', () => {
  it('grows looser in two steps where there is no policy, and no further', () => {
    expect(looserHold('all', unruled, null)).toBe('publishers');
    expect(looserHold('publishers', unruled, null)).toBe('pins');
    expect(looserHold('pins', unruled, null)).toBeNull();
  });

  it.each([
    ['a policy that enforces', policies('project', 'enforce'), null],
    ['a policy that warns', policies('project', 'warn'), null],
    ['--mode enforce', policies('builtin', 'enforce'), null],
    ["the user's own source policy", unruled, userPolicy],
  ])('stays with %s', (_, set, own) => {
    expect(looserHold('all', set, own)).toBeNull();
  });

  it("keeps out publishers' images in the first step", () => {
    expect(unforeseenUnder('all', unruled)).toEqual({});
    expect(unforeseenUnder('publishers', unruled)).toEqual({ unforeseen: { denied: ['cgr.dev/chainguard/**'] } });
    expect(unforeseenUnder('pins', unruled)).toEqual({ unforeseen: { denied: [] } });
  });
});
