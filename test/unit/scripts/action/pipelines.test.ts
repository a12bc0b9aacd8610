import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { runScript, shown, unstartable } from './page-script.ts';

interface Step {
  readonly uses: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface Workflow {
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly permissions: Readonly<Record<string, string>>; readonly steps: readonly Step[] }>
  >;
}

const component = parseAllDocuments(readFileSync('templates/check.yml', 'utf8')).map(
  (document) => document.toJS() as Record<string, unknown>,
);
const [{ spec }, { 'docker-verify': job }] = component as unknown as [
  {
    readonly spec: {
      readonly inputs: Readonly<
        Record<string, { readonly default?: unknown; readonly description?: string; readonly type?: string }>
      >;
    };
  },
  {
    readonly 'docker-verify': {
      readonly variables: Readonly<Record<string, { readonly value: string; readonly expand: boolean }>>;
      readonly script: readonly string[];
      readonly artifacts: { readonly reports: Readonly<Record<string, string>> };
    };
  },
];
const jenkins = /sh '''\n([\s\S]*?)'''/.exec(shown('Jenkinsfile'))?.[1] ?? '';
const buildkite =
  (parse(shown('.buildkite/pipeline.yml')) as { readonly steps: readonly { readonly command: string }[] }).steps[0]
    ?.command ?? '';

/** Each as the shell gets it: Buildkite's agent makes `$` of `$$` when it reads a pipeline. */
const scripts: Readonly<Record<string, string>> = {
  GitLab: job.script.join('\n'),
  Jenkins: jenkins,
  Buildkite: buildkite.replaceAll('$$', '$'),
};

const gitlabDefaults = { DV_CONTEXT: '.', DV_DOCKERFILE: '', DV_POLICY: '', DV_RECURSIVE: 'false' };

describe.each(Object.entries(scripts))('the script for %s', (_, script) => {
  it.each([0, 10, 11])('runs a check and ends as it ends: %i', async (status) => {
    const { words, ...ran } = await runScript(script, status, gitlabDefaults);
    expect(ran.status).toBe(status);
    expect(words[0]).toBe('check');
    expect(words.at(-1)).toBe('.');
    for (const word of words.filter((_, index) => words[index - 1] === '--format'))
      expect(word).toMatch(/^(?:text|(?:junit|sarif|codequality|markdown)=docker-verify\.[\w.]+)$/);
  });

  it('leaves no report of an earlier run, be it that this one writes none or does not begin', async () => {
    const reports = [...script.matchAll(/=(docker-verify\.[\w.]+)/g)].map(([, file = '']) => file);
    expect(reports.length).toBeGreaterThan(1);
    const later = reports.map((file) => `echo passed >${file}\n`).join('') + script;
    for (const variables of [{}, { DV_VERSION: '9.9.9' }]) {
      const { folder } = await runScript(later, 78, { ...gitlabDefaults, ...variables });
      const left = reports.filter((file) => existsSync(join(folder, file)));
      expect(left.map((file) => readFileSync(join(folder, file), 'utf8'))).not.toContain('passed\n');
    }
  });

  it('runs nothing whose SHA-256 is another, and nothing where the download fails', async () => {
    for (const variables of [{ DV_SHA256: 'a'.repeat(64) }, { DV_VERSION: '9.9.9' }]) {
      const { status, words } = await runScript(script, 0, { ...gitlabDefaults, ...variables });
      expect(status).not.toBe(0);
      expect(words).toEqual([]);
    }
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
it.skipIf(!hasShellcheck).each(Object.entries(scripts))(
  'the script for %s is what shellcheck finds nothing in (skipped where that is not installed)',
  (_, input) => {
    const { stdout, status } = spawnSync('shellcheck', ['--shell=sh', '-'], { input, encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  },
);

it.each([0, 10])(
  "Buildkite's script shows the verdict of a check that ends with %i as an annotation",
  async (status) => {
    const { folder } = await runScript(scripts['Buildkite'] ?? '', status);
    const style = status === 0 ? 'success' : 'error';
    const written = readFileSync(join(folder, 'annotated'), 'utf8');
    expect(written).toBe(`annotate --context docker-verify --style ${style} verdict\n`);
  },
);

describe("GitLab's component", () => {
  it('hands each input to the shell as the value of a variable, which nothing expands', () => {
    expect(scripts['GitLab']).not.toContain('$[[');
    const used = [...JSON.stringify(job).matchAll(/\$\[\[ inputs\.(\w+) \]\]/g)].map(([, name = '']) => name);
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(spec.inputs).toSorted());
    for (const { expand } of Object.values(job.variables)) expect(expand).toBe(false);
    const read = [...(scripts['GitLab'] ?? '').matchAll(/\$(DV_\w+)/g)].map(([, name = '']) => name);
    expect([...new Set(read)].toSorted()).toEqual(Object.keys(job.variables).toSorted());
  });

  it('makes of hostile inputs words of their own', async () => {
    const { words, folder } = await runScript(scripts['GitLab'] ?? '', 0, {
      DV_CONTEXT: '--mode=warn; touch x',
      DV_DOCKERFILE: '$(touch x)',
      DV_POLICY: 'a b`touch x`',
      DV_RECURSIVE: 'true',
    });
    expect(words.slice(-6)).toEqual([
      '--file',
      '$(touch x)',
      '--policy',
      'a b`touch x`',
      '--recursive',
      './--mode=warn; touch x',
    ]);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('says why an executable does not start in an image of Alpine', async () => {
    const { status, err, words } = await runScript(scripts['GitLab'] ?? '', 0, gitlabDefaults, unstartable);
    expect({ status, words }).toEqual({ status: 1, words: [] });
    expect(err).toContain('does not start in this image: it needs glibc 2.28');
  });

  it('hands the reports that the check writes to the merge request', () => {
    for (const file of Object.values(job.artifacts.reports)) expect(scripts['GitLab']).toContain(`=${file}`);
  });

  it('is included in the page with inputs that it has', () => {
    const { include } = parse(shown('.gitlab-ci.yml')) as { readonly include: readonly { readonly inputs: object }[] };
    const given = Object.keys(include[0]?.inputs ?? {});
    for (const name of given) expect(Object.keys(spec.inputs)).toContain(name);
    for (const [name, input] of Object.entries(spec.inputs))
      expect(given.includes(name) || 'default' in input).toBe(true);
  });

  it('is included with its own image by digest: whoever changes that image decides which executable is found right', () => {
    const { include } = parse(shown('.gitlab-ci.yml')) as {
      readonly include: readonly { readonly inputs: { readonly image?: string } }[];
    };
    const { default: byDefault, description } = spec.inputs['image'] ?? {};
    expect(include[0]?.inputs.image).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(include[0]?.inputs.image?.split('@')[0]).toBe(byDefault);
    expect(description).toContain('digest');
  });
});

describe.each(['docker-verify.yml', 'docker-verify-outside.yml'])("GitHub's workflow %s", (name) => {
  const workflow = parse(shown(`.github/workflows/${name}`)) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((each) => each.steps);

  it('asks for no right that it does not use, and writes nothing by default', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const [{ permissions } = { permissions: {} }] = Object.values(workflow.jobs);
    const upload = steps.some((step) => step.with?.['upload-sarif'] === 'true') ? { 'security-events': 'write' } : {};
    expect(permissions).toEqual({ contents: 'read', 'pull-requests': 'write', ...upload });
  });

  it('gives the actions inputs that they have, and has no shell', () => {
    const metadata = (file: string): readonly string[] =>
      Object.keys((parse(readFileSync(file, 'utf8')) as { inputs: object }).inputs);
    for (const step of steps) {
      expect(step.run).toBe(undefined);
      expect(step.uses).toMatch(/@COMMIT$/);
      if (!step.uses.startsWith('OWNER/')) continue;
      const known = metadata(step.uses.includes('/setup@') ? 'setup/action.yml' : 'action.yml');
      for (const input of Object.keys(step.with ?? {})) expect(known).toContain(input);
    }
  });
});

describe('the files for Renovate and Dependabot', () => {
  it('update Dockerfiles and compose files, after others had time to notice', () => {
    const renovate = JSON.parse(shown('renovate.json')) as {
      readonly packageRules: readonly { readonly postUpgradeTasks: { readonly commands: readonly string[] } }[];
    };
    expect(renovate.packageRules[0]?.postUpgradeTasks.commands).toEqual(['docker-verify lock --update']);
    const { version, updates } = parse(shown('.github/dependabot.yml')) as {
      readonly version: number;
      readonly updates: readonly Readonly<Record<string, unknown>>[];
    };
    expect(version).toBe(2);
    expect(updates.map((each) => each['package-ecosystem'])).toEqual(['docker', 'docker-compose']);
    for (const each of updates)
      expect(Object.keys(each)).toEqual(['package-ecosystem', 'directory', 'schedule', 'cooldown']);
  });
});
