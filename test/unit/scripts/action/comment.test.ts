import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startStep } from '../../../support/action-step.ts';

const allowed = readFileSync('test/fixtures/report/allowed.md', 'utf8').trimEnd();
const blocked = readFileSync('test/fixtures/report/blocked.md', 'utf8').trimEnd();

describe('the comment in a pull request', () => {
  it('is written once, and then written anew in its place', async () => {
    const step = await startStep();
    step.github.comments.push(
      ...Array.from({ length: 150 }, (_, id) => ({ id: 1000 + id, body: 'hello', user: { login: 'hana' } })),
    );
    step.answers('blocked', 11);
    await step.run('run-check.ts');
    step.answers('allowed', 0);
    const { log } = await step.run('run-check.ts');
    const ours = step.github.comments.filter(({ user }) => user.login === 'github-actions[bot]');
    expect(ours).toHaveLength(1);
    expect(ours[0]?.body).toMatch(/^<!-- docker-verify [0-9a-f]{24} -->\n/);
    expect(ours[0]?.body).toContain(allowed);
    expect(ours[0]?.body).not.toContain(blocked);
    expect(ours[0]?.body).toContain(`for the pull request at ${'b'.repeat(40)}`);
    expect(log).toContain('::notice::comment: updated');
    expect(step.github.asked.every(({ authorization }) => authorization === 'Bearer ghs_secret')).toBe(true);
  });

  it('is another one for another folder', async () => {
    const step = await startStep();
    step.write({ 'a/Dockerfile': '', 'b/Dockerfile': '' });
    await step.run('run-check.ts', { context: 'a' });
    await step.run('run-check.ts', { context: 'b' });
    await step.run('run-check.ts', { context: 'a' });
    expect(step.github.comments).toHaveLength(2);
  });

  it('leaves alone what somebody else began with our mark, since its author could change the verdict later', async () => {
    const step = await startStep();
    await step.run('run-check.ts');
    const [first] = step.github.comments;
    const forged = { id: 99, body: first?.body ?? '', user: { login: 'mallory' } };
    step.github.comments.splice(0, 1, forged);
    step.answers('blocked', 11);
    await step.run('run-check.ts');
    expect(forged.body).toBe(first?.body);
    expect(step.github.comments).toHaveLength(2);
    expect(step.github.comments[1]?.body).toContain(blocked);
  });

  it.each([
    ['an app', 'acme-checks[bot]'],
    ['a token that cannot say whose it is', null],
  ])('is found again by %s', async (_, login) => {
    const step = await startStep();
    step.github.login = login;
    await step.run('run-check.ts');
    await step.run('run-check.ts');
    expect(step.github.comments).toHaveLength(1);
  });

  it('is not begun where all is well and only problems are to be said, but is written anew then', async () => {
    const step = await startStep();
    await step.run('run-check.ts', { comment: 'problems' });
    expect(step.github.comments).toEqual([]);
    step.answers('blocked', 11);
    await step.run('run-check.ts', { comment: 'problems' });
    step.answers('allowed', 0);
    await step.run('run-check.ts', { comment: 'problems' });
    expect(step.github.comments.map(({ body }) => body.includes(allowed))).toEqual([true]);
  });

  it('is not written by a run whose commit is no longer the one of the pull request', async () => {
    const step = await startStep();
    step.github.head = 'd'.repeat(40);
    const { log } = await step.run('run-check.ts');
    expect(step.github.comments).toEqual([]);
    expect(log).toContain('comment: outdated');
  });

  it.each([401, 403, 404, 429, 500])('that GitHub answers with %i changes no verdict, and is said', async (refusal) => {
    const step = await startStep();
    prepareBase(step);
    step.github.refusal = refusal;
    const { status, log, summary } = await step.run('run-check.ts', { 'upload-sarif': 'true' });
    expect(status).toBe(0);
    expect(log).toContain('::warning::comment: not written: GitHub answered');
    expect(log).toContain('::warning::code scanning: not written');
    expect(summary).toContain('> comment: not written');
    expect(summary).toContain(allowed);
    const mayNot = refusal === 403 || refusal === 404;
    expect(log.includes('pull-requests: write, which runs for forks do not get')).toBe(mayNot);
  });

  it('that cannot be reached changes no verdict either', async () => {
    const step = await startStep();
    step.variables['GITHUB_API_URL'] = 'http://127.0.0.1:1';
    step.answers('blocked', 11);
    const { status, log, outputs } = await step.run('run-check.ts');
    expect({ status, verdict: outputs['verdict'] }).toEqual({ status: 11, verdict: 'error' });
    expect(log).toContain('::warning::comment: not written');
  });

  it.each(['push'])('is none for a %s', async (event) => {
    const step = await startStep();
    step.event(event);
    step.variables['GITHUB_EVENT_NAME'] = event;
    expect((await step.run('run-check.ts')).status).toBe(0);
    expect(step.github.asked).toEqual([]);
  });

  function prepareBase(step: Awaited<ReturnType<typeof startStep>>): void {
    step.git('init', '-q');
    step.write({ Dockerfile: 'FROM scratch\n' });
    step.git('add', '.');
    step.git('commit', '-qm', 'base');
    step.github.tip = step.git('rev-parse', 'HEAD');
    step.github.head = step.github.tip;
    step.event('fork', ({ pull_request: change }) => {
      change.head.sha = step.github.head;
    });
  }
});
