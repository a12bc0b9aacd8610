import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../../../scripts/build/folders.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly 'timeout-minutes'?: number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

/** What is wrong with a workflow (docs.github.com, "Secure use reference"). */
function objections({ on, permissions, jobs }: Workflow): readonly string[] {
  const isClosed = JSON.stringify(permissions) === '{}';
  const wrong = [
    ...(isClosed ? [] : ['gives permissions to every job']),
    ...(['pull_request_target', 'workflow_run'].some((event) => event in on)
      ? ['runs with rights for untrusted changes']
      : []),
  ];
  for (const [name, job] of Object.entries(jobs)) {
    if (job.permissions === undefined) wrong.push(`${name} does not say what it may do`);
    if (job['timeout-minutes'] === undefined) wrong.push(`${name} may run for ever`);
    for (const { uses, run, with: given } of job.steps) {
      if (uses !== undefined && !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses)) wrong.push(`${uses} is not pinned`);
      if (uses?.startsWith('actions/checkout@') && given?.['persist-credentials'] !== false)
        wrong.push(`${name} leaves a credential in the checkout`);
      if (run?.includes('${{')) wrong.push(`${name} puts text of others into a script`);
    }
  }
  return wrong;
}

const folder = join(root, '.github/workflows');
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
const read = (name: string): Workflow => parse(text(name)) as Workflow; // GitHub refuses another shape

const writes = (workflow: Workflow): readonly string[] =>
  Object.entries(workflow.jobs).flatMap(([name, { permissions }]) =>
    Object.entries(permissions ?? {}).flatMap(([right, level]) => (level === 'write' ? [`${name}: ${right}`] : [])),
  );

describe.each(readdirSync(folder))('%s', (name) => {
  it('breaks no rule', () => {
    expect(objections(read(name))).toEqual([]);
  });

  it('says beside each pin which version it is', () => {
    for (const line of text(name)
      .split('\n')
      .filter((each) => each.includes('uses:')))
      expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});

describe('the workflows', () => {
  it('test everything by the one script that anybody can run', () => {
    const runs = Object.values(read('ci.yml').jobs).flatMap(({ steps }) => steps.map(({ run }) => run));
    expect(runs).toContain('bash .ci/run');
    expect(writes(read('ci.yml'))).toEqual([]);
  });

  it('release by a tag alone, and no job that may sign may write, nor the other way', () => {
    const release = read('release.yml');
    expect(release.on).toEqual({ push: { tags: ['v*'] } });
    expect(writes(release)).toEqual(['make: id-token', 'draft: contents']);
    // the one that writes runs no code of the repository
    expect(release.jobs['draft']?.steps.some(({ uses }) => uses?.startsWith('actions/checkout@'))).toBe(false);
  });
});

describe('the rules', () => {
  const good = read('ci.yml');
  const stepped = (step: Step): Workflow => ({
    ...good,
    jobs: { test: { permissions: {}, 'timeout-minutes': 1, steps: [step] } },
  });

  it.each<[string, Workflow]>([
    ['permissions for all', { ...good, permissions: { contents: 'write' } }],
    ['no word on permissions', { on: good.on, jobs: good.jobs }],
    ['pull_request_target', { ...good, on: { pull_request_target: null } }],
    ['a tag in place of a commit', stepped({ uses: 'actions/cache@v4' })],
    ['a short commit', stepped({ uses: 'actions/cache@3d3c42e' })],
    ['a title in a script', stepped({ run: 'echo ${{ github.event.pull_request.title }}' })],
    ['a credential that stays', stepped({ uses: `actions/checkout@${'a'.repeat(40)}` })],
    ['a job without a limit', { ...good, jobs: { test: { permissions: {}, steps: [] } } }],
    ['a job without a word on its rights', { ...good, jobs: { test: { 'timeout-minutes': 1, steps: [] } } }],
  ])('object to %s', (_, workflow) => {
    expect(objections(workflow)).not.toEqual([]);
  });
});
