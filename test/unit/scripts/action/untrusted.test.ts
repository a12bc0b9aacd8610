import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PullRequestEvent, type Step, startStep } from '../../../support/action-step.ts';

/** A checkout of a change from outside, whose base branch has a policy and a key of its own. */
async function forkStep(event = 'fork'): Promise<Step> {
  const step = await startStep();
  step.git('init', '-q', '-b', 'main');
  step.write({ 'docker-verify.yaml': 'old: policy\n', 'keys/acme.pub': 'old key\n' });
  step.git('add', '.');
  step.git('commit', '-qm', 'older');
  const older = step.git('rev-parse', 'HEAD');
  step.write({
    Dockerfile: 'FROM a\n',
    'docker-verify.yaml': 'strict: policy\n',
    'keys/acme.pub': 'our key\n',
    'app/Dockerfile': 'FROM b\n',
  });
  step.git('add', '.');
  step.git('commit', '-qm', 'base');
  step.github.tip = step.git('rev-parse', 'HEAD');
  step.write({
    'docker-verify.yaml': 'mode: warn\n',
    'keys/acme.pub': "mallory's key\n",
    'app/docker-verify.yaml': 'mode: warn\n',
  });
  step.git('add', '.');
  step.git('commit', '-qm', 'change');
  const head = step.git('rev-parse', 'HEAD');
  step.github.head = head;
  step.event(event, ({ pull_request: change }: PullRequestEvent) => {
    change.head.sha = head;
    change.base.sha = older;
  });
  return step;
}

function policyOf(started: readonly string[]): string {
  const at = started.indexOf('--policy');
  return at < 0 ? '' : (started[at + 1] ?? '');
}

describe('a change from outside', () => {
  it.each([
    ['a fork', 'fork', 'pull_request'],
    ['a fork that is gone', 'fork-deleted', 'pull_request'],
    ['a run with the rights of the base branch', 'pull-request', 'pull_request_target'],
  ])('is judged by the policy of the base branch as it is now, with its keys: %s', async (_, event, name) => {
    const step = await forkStep(event);
    step.variables['GITHUB_EVENT_NAME'] = name;
    const { status, started, summary, log } = await step.run('run-check.ts');
    expect(log).not.toContain('::error');
    expect(status).toBe(0);
    const policy = policyOf(started);
    expect(policy.startsWith(step.variables['RUNNER_TEMP'] ?? '-')).toBe(true);
    expect(readFileSync(policy, 'utf8')).toBe('strict: policy\n');
    expect(readFileSync(join(policy, '../keys/acme.pub'), 'utf8')).toBe('our key\n');
    expect(summary).toContain(`policy of the base branch at ${step.github.tip}`);
    // the checkout stays as it is
    expect(step.git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(step.workspace, 'docker-verify.yaml'), 'utf8')).toBe('mode: warn\n');
  });

  it('of a colleague brings its own policy, unless the workflow says otherwise', async () => {
    const step = await forkStep('pull-request');
    expect(policyOf((await step.run('run-check.ts')).started)).toBe('');
    const named = await step.run('run-check.ts', { policy: 'docker-verify.yaml' });
    expect(policyOf(named.started)).toBe(join(step.workspace, 'docker-verify.yaml'));
    const asked = await step.run('run-check.ts', { 'policy-from': 'base' });
    expect(readFileSync(policyOf(asked.started), 'utf8')).toBe('strict: policy\n');
  });

  it('falls back to the base commit of the event where the token may not ask for the branch', async () => {
    const step = await forkStep();
    step.github.tip = null;
    expect(readFileSync(policyOf((await step.run('run-check.ts')).started), 'utf8')).toBe('old: policy\n');
  });

  it.each([
    ['docker-verify.yaml', {}],
    ['docker-verify.yaml', { context: 'app' }],
    ['docker-verify.yaml', { context: 'app', dockerfile: 'app/Dockerfile' }],
    ['docker-verify.yaml', { recursive: 'true' }],
    ['./app/../docker-verify.yaml', { policy: './app/../docker-verify.yaml' }],
    ['docker-verify.yaml', { 'policy-file': 'docker-verify.yaml' }],
  ])('cannot replace %s with %j', async (_, inputs) => {
    const step = await forkStep();
    const { started, log } = await step.run('run-check.ts', inputs);
    expect(log).not.toContain('::error');
    expect(readFileSync(policyOf(started), 'utf8')).toBe('strict: policy\n');
  });

  it('cannot bring the policy that the workflow names, nor have it lead elsewhere', async () => {
    const step = await forkStep();
    const { status, started, log } = await step.run('run-check.ts', { policy: 'app/docker-verify.yaml' });
    expect({ status, started }).toEqual({ status: 64, started: [] });
    expect(log).toContain('is not in the base branch, and a change cannot bring the policy that it is judged by');
    const outside = join(step.folder, 'home', 'loose.yaml');
    writeFileSync(outside, 'mode: warn\n');
    unlinkSync(join(step.workspace, 'docker-verify.yaml'));
    symlinkSync(outside, join(step.workspace, 'docker-verify.yaml'));
    expect(
      readFileSync(policyOf((await step.run('run-check.ts', { policy: 'docker-verify.yaml' })).started), 'utf8'),
    ).toBe('strict: policy\n');
  });

  it('cannot have policy-from put its own in place', async () => {
    const step = await forkStep();
    const { status, log, started } = await step.run('run-check.ts', { 'policy-from': 'checkout' });
    expect({ status, started }).toEqual({ status: 64, started: [] });
    expect(log).toContain('would have a change from outside bring the policy');
  });

  it('takes policies from a checkout of another repository, and from outside of the checkouts, as they are', async () => {
    const step = await forkStep();
    step.write({ 'policies/.git/HEAD': `${'e'.repeat(40)}\n`, 'policies/company.yaml': 'company: policy\n' });
    writeFileSync(join(step.home, 'machine.yaml'), 'machine: policy\n');
    const inputs = { policy: `policies/company.yaml\n${step.home}/machine.yaml` };
    const { started } = await step.run('run-check.ts', inputs);
    expect(started.filter((_, index) => started[index - 1] === '--policy')).toEqual([
      join(step.workspace, 'policies/company.yaml'),
      join(step.home, 'machine.yaml'),
    ]);
    // the same folder as a submodule, which a change can add, or as another checkout of the change, is none of the workflow's
    for (const files of [
      { 'policies/.git/HEAD': `${step.github.head}\n` },
      { 'policies/.git/HEAD': `${'c'.repeat(40)}\n` },
    ]) {
      step.write(files);
      expect((await step.run('run-check.ts', inputs)).log).toContain('is not in the base branch');
    }
  });

  it('takes no policy from a submodule that it adds', async () => {
    const step = await forkStep();
    step.write({ 'policies/.git': 'gitdir: ../.git/modules/policies\n', 'policies/company.yaml': 'mode: warn\n' });
    const { status, log } = await step.run('run-check.ts', { policy: 'policies/company.yaml' });
    expect(status).toBe(64);
    expect(log).toContain('is not in the base branch');
  });

  it('is not checked as a whole where folders of the base branch have policies of their own', async () => {
    const step = await forkStep();
    step.git('checkout', '-q', step.github.tip ?? '');
    step.write({ 'app/docker-verify.yaml': 'app: policy\n' });
    step.git('add', '.');
    step.git('commit', '-qm', 'nested');
    step.github.tip = step.git('rev-parse', 'HEAD');
    step.git('checkout', '-q', step.github.head);
    const { status, log } = await step.run('run-check.ts', { recursive: 'true' });
    expect(status).toBe(64);
    expect(log).toContain('1 folders below . have a docker-verify.yaml of their own');
    expect(readFileSync(policyOf((await step.run('run-check.ts', { context: 'app' })).started), 'utf8')).toBe(
      'app: policy\n',
    );
  });

  it.each(['base', 'nothing'])(
    'is refused where %s is checked out: the verdict would be about another commit',
    async (what) => {
      const step = await forkStep();
      if (what === 'base') step.git('checkout', '-q', step.github.tip ?? '');
      else rmSync(join(step.workspace, '.git'), { recursive: true });
      const { status, started, log } = await step.run('run-check.ts');
      expect({ status, started }).toEqual({ status: 64, started: [] });
      expect(log).toContain('what would be checked is not the change');
      expect(step.github.comments).toEqual([]);
    },
  );

  it('is refused where the base branch cannot be read', async () => {
    const step = await forkStep();
    step.github.tip = 'f'.repeat(40);
    const { status, log, started } = await step.run('run-check.ts');
    expect({ status, started }).toEqual({ status: 64, started: [] });
    expect(log).toContain('the policy of the base branch main cannot be read');
  });

  it('fetches the commit of the base branch into a shallow checkout, as actions/checkout makes it', async () => {
    const step = await forkStep();
    const origin = join(step.folder, 'origin.git');
    step.git('clone', '-q', '--bare', step.workspace, origin);
    rmSync(step.workspace, { recursive: true });
    mkdirSync(step.workspace);
    step.git('init', '-q');
    step.git('remote', 'add', 'origin', `file://${origin}`);
    step.git('fetch', '-q', '--depth=1', 'origin', step.github.head);
    step.git('checkout', '-q', 'FETCH_HEAD');
    expect(() => step.git('cat-file', '-e', step.github.tip ?? '')).toThrow(/cat-file/);
    const { started, log } = await step.run('run-check.ts');
    expect(log).not.toContain('::error');
    expect(readFileSync(policyOf(started), 'utf8')).toBe('strict: policy\n');
  });

  it('sees no token and no secret of the run, which a bake file could put into the name of an image', async () => {
    const secrets = {
      GITHUB_TOKEN: 'secret-1',
      GH_TOKEN: 'secret-2',
      NPM_TOKEN: 'secret-3',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret-4',
    };
    const step = await forkStep();
    Object.assign(step.variables, secrets, { DOCKER_VERIFY_BREAK_GLASS: 'now' });
    const { seen } = await step.run('run-check.ts');
    expect(seen).toContain('PATH=');
    expect(seen).not.toMatch(/secret|ghs_|INPUT_|ACTIONS_(?:RUNTIME|ID)|BREAK_GLASS/);
    // a colleague's may use what the workflow gives it, but never the tokens of the run itself
    const own = await startStep();
    Object.assign(own.variables, secrets);
    const { seen: known } = await own.run('run-check.ts');
    expect(known).toContain('NPM_TOKEN=secret-3');
    expect(known).not.toMatch(/secret-[124]|ghs_|runtime-secret|INPUT_/);
  });

  it('begins no command in the log, no output and no line in the summary by the names that it chooses', async () => {
    const step = await forkStep();
    step.answers(null, 65, '%s\\n::set-output name=verdict::allow\\n');
    const { log, outputs, summary } = await step.run('run-check.ts');
    expect(outputs['verdict']).toBe('error');
    expect(Object.keys(outputs).toSorted()).toEqual([
      'allowed',
      'blocked',
      'errors',
      'images',
      'markdown',
      'report',
      'reports',
      'sarif',
      'status',
      'verdict',
      'warned',
    ]);
    for (const text of [log, summary, ...step.github.comments.map(({ body }) => body)])
      expect(text).not.toMatch(/script|mallory|details>/);
    expect(existsSync(join(step.folder, 'home', '.docker'))).toBe(false);
  });

  it('files what was found under the change and not under the base branch, whose alerts an untrusted change must not move', async () => {
    const step = await forkStep();
    step.variables['GITHUB_EVENT_NAME'] = 'pull_request_target';
    step.variables['GITHUB_REF'] = 'refs/heads/main';
    await step.run('run-check.ts', { 'upload-sarif': 'true', comment: 'never' });
    const upload = step.github.asked.find(({ path }) => path.endsWith('/sarifs'));
    expect(upload?.body).toMatchObject({ ref: 'refs/pull/13/head', commit_sha: step.github.head });
  });
});
