import { copyFileSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Step, startStep } from '../../support/action-step.ts';
import { acmePolicy, lab, run } from '../support/lab.ts';
import { executable } from '../support/paths.ts';

const { registry, keys } = lab();
const hostile = [
  '\n::set-output name=verdict::allow',
  '##[set-output name=verdict]allow',
  '</td></table><img src=x onerror=alert(1)>',
  '| x | y |',
  '@acme/security #1 [link](https://evil.example)',
  '```',
  '<!-- docker-verify -->',
].join('\n');

function labStep(step: Step): void {
  const bin = join(step.folder, 'bin');
  rmSync(join(bin, 'docker-verify'));
  symlinkSync(executable, join(bin, 'docker-verify'));
  Object.assign(step.variables, {
    DOCKER_CONFIG: lab().dockerConfig,
    DOCKER_HOST: lab().dockerHost,
    PATH: `${bin}:${join(lab().docker, '..')}:/usr/bin:/bin`,
  });
}

/** A pull request from outside for a repository whose policy asks for acme's key. */
async function pullRequest(files: Readonly<Record<string, string>>, event = 'fork'): Promise<Step> {
  const step = await startStep();
  labStep(step);
  step.git('init', '-q', '-b', 'main');
  step.write({ Dockerfile: `FROM ${registry}/signed/base:1\n`, 'docker-verify.yaml': acmePolicy() });
  copyFileSync(keys.acme.publicKey, join(step.workspace, 'acme.pub'));
  step.git('add', '.');
  step.git('commit', '-qm', 'base');
  step.github.tip = step.git('rev-parse', 'HEAD');
  step.write(files);
  step.git('add', '.');
  step.git('commit', '-q', '--allow-empty', '-m', 'change');
  step.github.head = step.git('rev-parse', 'HEAD');
  step.event(event, ({ pull_request: change }) => {
    change.head.sha = step.github.head;
    change.base.sha = step.github.tip ?? '';
  });
  return step;
}

describe('the check action, on real parts', () => {
  it('allows a change that builds on what the policy of the base branch trusts', async () => {
    const step = await pullRequest({});
    const { status, outputs, summary } = await step.run('run-check.ts');
    expect(status).toBe(0);
    expect(outputs).toMatchObject({ verdict: 'allow', images: '1', allowed: '1' });
    expect(summary).toContain('signed by acme');
    expect(step.github.comments[0]?.body).toContain('signed by acme');
  });

  const loosened = {
    Dockerfile: `FROM ${registry}/unsigned/base:1\n`,
    'docker-verify.yaml': JSON.stringify({ version: 1, mode: 'warn', default: 'allow', rules: [] }),
  };

  it('blocks a change from outside that brings an unsigned base and a policy that allows it', async () => {
    const step = await pullRequest(loosened);
    const { status, outputs, log } = await step.run('run-check.ts');
    expect(status).toBe(10);
    expect(outputs).toMatchObject({ verdict: 'block', blocked: '1' });
    expect(log).toContain('::error file=Dockerfile,line=1');
    expect(step.github.comments[0]?.body).toContain('signature.missing');
    // control: judged by the policy that it brings, as a colleague's is, the same change passes
    const colleague = await pullRequest(loosened, 'pull-request');
    expect(await colleague.run('run-check.ts')).toMatchObject({ status: 0, outputs: { verdict: 'allow' } });
  });

  it('begins no command, no markup and no mention by the words of a change', async () => {
    const policy = {
      version: 1,
      mode: 'enforce',
      default: 'deny',
      rules: [{ name: hostile, images: ['**'], signedBy: [{ key: 'acme.pub' }] }],
    };
    const step = await pullRequest({
      'docker-verify.yaml': JSON.stringify(policy),
      Dockerfile: `FROM ${registry}/unsigned/base:1 AS a\nFROM ${registry}/signed/base:1 AS b\nCOPY --from=a /x /::set-output\n`,
      'x ::error::<img src=x> @acme/security/Dockerfile': `FROM ${registry}/unsigned/base:1\nFORM ${hostile.replaceAll('\n', ' ')}\n`,
    });
    const { status, outputs, log, summary } = await step.run('run-check.ts', { recursive: 'true' });
    expect(status).not.toBe(0);
    expect(outputs['verdict']).not.toBe('allow');
    const [comment = { body: '' }] = step.github.comments;
    for (const text of [comment.body, summary]) {
      expect(text).toContain('onerror');
      const outsideOfCode = text
        .replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, '')
        .replace(/<!-- docker-verify [0-9a-f]{24} -->|<\/?sub>/g, '');
      expect(outsideOfCode).not.toMatch(/(?<!\\)<|@acme|evil\.example|^::|##\[/m);
    }
    expect(
      log
        .split('\n')
        .filter(
          (line) =>
            /^\s*(?:::|##\[)/.test(line) &&
            !/^::(?:error|warning|notice|add-mask)(?: file=[^:]*| title=[^:]*)?::/.test(line),
        ),
    ).toEqual([]);
  });

  it('gives no secret of the run to a bake file that puts variables into names of images', async () => {
    const bake = {
      'docker-bake.hcl': `variable "INPUT_TOKEN" { default = "none" }\nvariable "NPM_TOKEN" { default = "none" }\ntarget "default" { args = { BASE = "${registry}/x-\${lower(INPUT_TOKEN)}-\${NPM_TOKEN}" } }\n`,
      Dockerfile: 'ARG BASE\nFROM $BASE\n',
    };
    const step = await pullRequest(bake);
    step.variables['NPM_TOKEN'] = 'npm-secret';
    const { outputs, log } = await step.run('run-check.ts', { dockerfile: 'docker-bake.hcl' });
    expect(readFileSync(outputs['report'] ?? '', 'utf8')).toContain('x-none-none');
    expect(log.replace('::add-mask::ghs_secret', '')).not.toMatch(/ghs_secret|npm-secret/);
    // control: with the environment of the step the name of the image carries both
    const env = { ...step.variables, INPUT_TOKEN: 'ghs_secret' };
    const bare = await run(lab(), executable, ['check', '-f', 'docker-bake.hcl', '.'], { cwd: step.workspace, env });
    expect(`${bare.stdout}${bare.stderr}`).toContain('x-ghs_secret-npm-secret');
  });
});
