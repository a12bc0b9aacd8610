import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startStep } from '../../../support/action-step.ts';

describe('the check action', () => {
  it('hands its inputs to docker-verify as words of their own, and reads the verdict', async () => {
    const step = await startStep();
    step.write({ 'app/Dockerfile': 'FROM scratch\n', 'policy.yaml': 'version: 1\n' });
    const inputs = {
      context: 'app',
      dockerfile: 'app/Dockerfile',
      policy: 'policy.yaml',
      args: '--build-arg\nA=b c; $(id)\n',
      formats: 'junit, html',
    };
    const { status, started, outputs, summary } = await step.run('run-check.ts', inputs);
    expect(status).toBe(0);
    expect(started.filter((word) => !word.includes('docker-verify.'))).toEqual([
      'check',
      ...Array.from({ length: 5 }, () => '--format'),
      '--policy',
      join(step.workspace, 'policy.yaml'),
      '--file',
      'app/Dockerfile',
      '--build-arg',
      'A=b c; $(id)',
      './app',
    ]);
    expect(outputs).toMatchObject({ verdict: 'allow', status: '0', blocked: '0' });
    expect(Number(outputs['images'])).toBeGreaterThan(0);
    for (const name of ['report', 'sarif', 'markdown'] as const)
      expect(readFileSync(outputs[name] ?? '', 'utf8')).not.toBe('');
    expect(readdirSync(outputs['reports'] ?? '').toSorted()).toEqual([
      'docker-verify.html',
      'docker-verify.json',
      'docker-verify.junit.xml',
      'docker-verify.md',
      'docker-verify.sarif',
    ]);
    expect(summary).toContain(readFileSync('test/fixtures/report/allowed.md', 'utf8').trimEnd());
    expect(summary).toContain('https://github.com/acme/shop/actions/runs/42');
  });

  it.each([
    ['allowed', 0, {}, 0, 'allow'],
    ['warned', 0, {}, 0, 'warn'],
    ['warned', 0, { 'fail-on': 'warn' }, 10, 'warn'],
    ['blocked', 11, {}, 11, 'error'],
    ['surveyed', 11, { 'fail-on': 'never' }, 0, 'error'],
    // a report and a status that disagree, or no report, are never "allowed"
    ['allowed', 11, {}, 11, 'error'],
    ['blocked', 0, {}, 11, 'error'],
    ['blocked', 0, { 'fail-on': 'never' }, 11, 'error'],
    [null, 0, {}, 11, 'error'],
    [null, 78, { 'fail-on': 'never' }, 78, 'error'],
    [null, 64, {}, 64, 'error'],
  ])(
    'ends, for a report %s and the status %i with %j, with %i and says %s',
    async (report, ended, inputs, status, verdict) => {
      const step = await startStep();
      step.answers(report, ended);
      const outcome = await step.run('run-check.ts', inputs);
      expect(outcome).toMatchObject({ status, outputs: { verdict } });
      expect(outcome.log.includes('::error::docker verify:')).toBe(status !== 0);
    },
  );

  it('shows what docker-verify said where it left no report', async () => {
    const step = await startStep();
    step.answers(null, 78, 'docker-verify.yaml:3: unknown field ``` </code> "rulez"');
    const { summary } = await step.run('run-check.ts');
    expect(summary).toContain('````text\ndocker-verify.yaml:3: unknown field ``` </code>');
  });

  it.each([
    [{ 'fail-on': 'blok' }, 'fail-on: blok is not one of block, warn, never'],
    [{ comment: 'yes' }, 'comment: yes is not one of'],
    [{ formats: 'pdf' }, 'formats: pdf is not one of'],
  ])('stops for %j before anything is asked', async (inputs, message) => {
    const step = await startStep();
    const { status, log, started, outputs } = await step.run('run-check.ts', inputs);
    expect({ status, started, verdict: outputs['verdict'] }).toEqual({ status: 64, started: [], verdict: 'error' });
    expect(log).toContain(message);
    expect(step.github.asked).toEqual([]);
  });

  it('says how to install docker-verify where there is none, and runs none that lies in the checkout', async () => {
    const step = await startStep();
    step.write({ 'bin/docker-verify': '#!/bin/sh\nexit 0\n' });
    step.git('init', '-q');
    step.variables['PATH'] = `${step.workspace}/bin:/usr/bin:/bin`;
    chmodSync(join(step.workspace, 'bin/docker-verify'), 0o755);
    const { status, log } = await step.run('run-check.ts');
    expect(status).toBe(64);
    expect(log).toContain('docker-verify is not installed here: run the action in setup/');
  });

  it('reads a policy of integrity-check by either name', async () => {
    for (const name of ['policy', 'policy-file']) {
      const step = await startStep();
      step.write({ 'image-policy.json': '{"policies": []}' });
      const { started, status } = await step.run('run-check.ts', { [name]: 'image-policy.json' });
      expect(status).toBe(0);
      const policy = started[started.indexOf('--policy') + 1] ?? '';
      expect(readFileSync(policy, 'utf8')).toContain(`# of ${step.workspace}/image-policy.json`);
    }
  });

  it('hands its findings to code scanning under the commit of the run, and only where it is asked to', async () => {
    const step = await startStep();
    step.answers('blocked', 11);
    await step.run('run-check.ts', { comment: 'never' });
    expect(step.github.asked).toEqual([]);
    await step.run('run-check.ts', { comment: 'never', 'upload-sarif': 'true' });
    const [{ path, body } = { path: '', body: null }] = step.github.asked;
    expect(path).toBe('/repos/acme/shop/code-scanning/sarifs');
    expect(body).toMatchObject({ commit_sha: 'c'.repeat(40), ref: 'refs/pull/12/merge' });
    const { sarif } = body as { sarif: string };
    expect(gunzipSync(Buffer.from(sarif, 'base64')).toString()).toBe(
      readFileSync('test/fixtures/report/blocked.sarif', 'utf8'),
    );
  });

  it('uses nothing but what Node brings: a runner installs nothing for it', () => {
    const folder = 'scripts/action';
    const imports = readdirSync(folder).flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^(?:import|\} from) ?.*?'([^']+)';$/gm)].map(
        ([, from = '']) => from,
      ),
    );
    expect(imports.length).toBeGreaterThan(30);
    expect(imports.filter((from) => !from.startsWith('node:') && !/^\.\/[\w-]+\.ts$/.test(from))).toEqual([]);
  });
});
