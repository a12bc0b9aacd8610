import { describe, expect, it } from 'vitest';
import type { FetchedSource, SourceUse } from '../../../../../src/model/index.ts';
import { decideSource, heldSources } from '../../../../../src/policy/index.ts';
import { type Layers, policiesOf } from '../../support/policies.ts';

const use: SourceUse = { kind: 'add', target: 'default', stage: '0', file: 'Dockerfile', line: 3, column: 5 };
const git: FetchedSource = { kind: 'git', name: 'example.com/a.git#main', pin: null, uses: [use] };
const http: FetchedSource = { kind: 'http', name: 'https://example.com/a', pin: null, uses: [use] };
const held = (source: FetchedSource): FetchedSource => ({ ...source, pin: 'a'.repeat(40) });

const asking = (git: string, http: string, more = ''): string =>
  `version: 1\nsources: {git: ${git}, http: ${http}}\n${more}`;

const cases: readonly (readonly [string, Layers, string, string])[] = [
  ['no policy asks', {}, 'allow', 'allow'],
  ['a policy says nothing of it', { project: 'version: 1\ndefault: deny\n' }, 'allow', 'allow'],
  ['any is said', { project: asking('any', 'any') }, 'allow', 'allow'],
  ['git alone is spoken of', { project: 'version: 1\nsources: {git: pinned}\n' }, 'block', 'allow'],
  ['downloads alone are spoken of', { project: 'version: 1\nsources: {http: checksum}\n' }, 'allow', 'block'],
  ['both are asked for', { project: asking('pinned', 'checksum') }, 'block', 'block'],
  ['the words are exchanged', { project: asking('checksum', 'pinned') }, 'block', 'block'],
  ['the policy warns', { project: asking('pinned', 'checksum', 'mode: warn\n') }, 'warn', 'warn'],
  [
    'the project is looser than the machine',
    { machine: asking('pinned', 'any'), project: asking('any', 'checksum') },
    'block',
    'block',
  ],
  [
    'the machine warns and the user refuses',
    { machine: asking('pinned', 'pinned', 'mode: warn\n'), user: asking('pinned', 'any') },
    'block',
    'warn',
  ],
  [
    'one of several files of a layer asks',
    { machine: { '1.yaml': asking('any', 'any'), '2.yaml': asking('pinned', 'any') } },
    'block',
    'allow',
  ],
  [
    'the command line enforces',
    { project: asking('pinned', 'any', 'mode: warn\n'), mode: 'enforce' },
    'block',
    'allow',
  ],
  ['it is an emergency', { project: asking('pinned', 'any'), breakGlass: 'outage' }, 'warn', 'allow'],
  [
    'it is an emergency, and a policy allows none',
    { project: asking('pinned', 'any', 'breakGlass: deny\n'), breakGlass: 'outage' },
    'block',
    'allow',
  ],
];

describe('a repository or download that nothing holds to its content', () => {
  it.each(cases)('where %s', async (_title, layers, ofGit, ofHttp) => {
    const policies = await policiesOf(layers);
    expect(decideSource(git, policies).status).toBe(ofGit);
    expect(decideSource(http, policies).status).toBe(ofHttp);
    const codes = [git, http].flatMap((source) => decideSource(source, policies).findings.map(({ code }) => code));
    expect(codes.includes('source.unpinned')).toBe(ofGit !== 'allow');
    expect(codes.includes('source.checksum-missing')).toBe(ofHttp !== 'allow');
  });

  it.each(cases)('is allowed once it is held, and where %s', async (_title, layers) => {
    const policies = await policiesOf(layers);
    for (const source of [git, http])
      expect(decideSource(held(source), policies)).toEqual({ status: 'allow', findings: [] });
  });

  it.each(cases)(
    'is refused by the builder too exactly where it is blocked: %s',
    async (_title, layers, ofGit, ofHttp) => {
      const policies = await policiesOf(layers);
      expect(heldSources(policies)).toEqual({ git: ofGit === 'block', http: ofHttp === 'block' });
    },
  );

  it('is named with its place, the policy that asks and the cure', async () => {
    const policies = await policiesOf({ project: asking('pinned', 'checksum') });
    expect(decideSource(git, policies).findings).toMatchObject([
      {
        level: 'error',
        expected: expect.stringContaining('docker-verify.yaml'),
        found: 'example.com/a.git#main (Dockerfile:3)',
        hint: expect.stringContaining('#COMMIT'),
      },
    ]);
    const context = { ...http, uses: [{ ...use, kind: 'context', file: null, line: null, column: null }] } as const;
    expect(decideSource(context, policies).findings).toMatchObject([
      { found: 'https://example.com/a', hint: expect.stringContaining('a context by URL can carry no checksum') },
    ]);
  });

  it('tells of no emergency where it was only warned of', async () => {
    const policies = await policiesOf({ project: asking('pinned', 'any', 'mode: warn\n'), breakGlass: 'outage' });
    expect(decideSource(git, policies).findings.map(({ code }) => code)).toEqual(['source.unpinned']);
  });

  it('tells of the emergency', async () => {
    const policies = await policiesOf({ project: asking('pinned', 'any'), breakGlass: 'outage' });
    expect(decideSource(git, policies).findings.map(({ code }) => code)).toEqual([
      'source.unpinned',
      'policy.break-glass',
    ]);
  });
});

describe('a policy that asks for sources', () => {
  it.each(['sources: {}', 'sources: pinned', 'sources: {git: commit}', 'sources: {ssh: pinned}'])(
    'is not valid with %s',
    async (line) => {
      await expect(policiesOf({ project: `version: 1\n${line}\n` })).rejects.toMatchObject({
        code: 'policy.invalid',
        place: { line: 2 },
      });
    },
  );
});
