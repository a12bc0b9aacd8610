import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type InteractiveShell, isOnPath } from '../support/interactive-shell.ts';
import {
  acmePolicy,
  dockerConfiguration,
  lab,
  type Outcome,
  projectFolder,
  run,
  temporaryFolder,
} from '../support/lab.ts';
import { executable } from '../support/paths.ts';
import { type DocumentedCommand, documentedCommands } from './documented-commands.ts';
import { elsewhere, names, otherStatuses, ownRegistry, placeholders, spelledOut } from './documented-lines.ts';

const { registry } = lab();
const signed = `${registry}/signed/base:1`;

async function shownIn(page: string, name: string): Promise<string> {
  const text = await readFile(join('docs', page), 'utf8');
  const found = [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].find(([, file]) => file === name);
  return found?.[2] ?? '';
}

/** An advisory in the form of OSV. */
const advisory = {
  id: 'CVE-2024-3094',
  modified: '2024-03-29T00:00:00Z',
  affected: [{ package: { ecosystem: 'Debian:13', name: 'xz-utils' }, versions: ['5.6.0-0.1', '5.6.1-1'] }],
};

/** A project as the pages speak of it. */
async function project(line: string): Promise<string> {
  const policy = acmePolicy();
  return await projectFolder({
    Dockerfile: `ARG VERSION=1\nFROM ${signed} AS test\nFROM ${signed}\n`,
    'docker-bake.hcl': 'target "default" {}\ntarget "app" {}\n',
    'docker-verify.yaml': policy,
    'strict.yaml': policy,
    'base.yaml': 'version: 1\nserial: 1\ndefault: warn\n',
    'policy-tests.yaml': `version: 1\npolicies: [docker-verify.yaml]\ntests: [{image: ${signed}, expect: block}]\n`,
    'policy.json': '{"default": [{"type": "reject"}]}\n',
    'keys/acme.pub': await readFile(lab().keys.acme.publicKey),
    'root.json': await readFile(lab().trustedRoot),
    'repositories.txt': `${registry}/signed/base\n`,
    'osv/CVE-2024-3094.json': JSON.stringify(advisory),
    ...(line.includes('Bad.Dockerfile') ? { 'Bad.Dockerfile': `FROM ${registry}/unsigned/base:1\n` } : {}),
    'new.yaml': policy,
    'compose.yaml': 'services: {app: {build: .}}\n',
    'image-policy.json': await shownIn('coming-from-integrity-check.md', 'image-policy.json'),
    'cluster-policy.yaml': await shownIn('coming-from-kyverno.md', 'cluster-policy.yaml'),
    'trustpolicy.json': await shownIn('coming-from-notation.md', 'trustpolicy.json'),
  });
}

/** A home with Docker's configuration, plugin and alias, and a PATH with docker and docker-verify. */
async function home(): Promise<Readonly<Record<string, string>>> {
  const folder = await temporaryFolder();
  const configuration = await dockerConfiguration({ alias: true });
  const compose = join(lab().dockerConfig, 'cli-plugins', 'docker-compose');
  if (existsSync(compose)) await symlink(compose, join(configuration, 'cli-plugins', 'docker-compose'));
  await mkdir(join(folder, 'bin'));
  await symlink(executable, join(folder, 'bin', 'docker-verify'));
  await cp('test/fixtures/coming-from/docker-trust', join(folder, '.docker', 'trust'), { recursive: true });
  await writeFile(join(folder, '.bashrc'), '');
  const PATH = `${join(folder, 'bin')}:${dirname(lab().docker)}:/usr/local/bin:/usr/bin:/bin`;
  return {
    PATH,
    HOME: folder,
    DOCKER_CONFIG: configuration,
    LAB_ACME_KEY: lab().keys.acme.privateKey,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
}

function toRun(line: string): string {
  if (names.has(line)) return `${line} --help`;
  const filled = placeholders.reduce((text, [name, value]) => text.replace(name, value), spelledOut[line] ?? line);
  return line.startsWith('make ') ? filled.replace('make', 'make -n') : filled;
}

async function runLine(line: string): Promise<Outcome> {
  const isOfProject = line.startsWith('make ');
  const cwd = isOfProject ? process.cwd() : await project(line);
  return await run(lab(), '/bin/bash', ['-c', toRun(line)], { cwd, env: await home() });
}

const documented = documentedCommands();
/** Programs that run for hours are started with the options that a page names by hand. */
const [measurements, lines] = [
  documented.filter(({ line }) => line.startsWith('scripts/')),
  documented.filter(({ line }) => !line.startsWith('scripts/') && !(line in elsewhere)),
];

afterAll(async () => {
  const made = ['documented-commands:latest', `${ownRegistry}/app:1`];
  await run(lab(), lab().docker, ['image', 'rm', ...made]);
});

describe('the command lines of README.md and docs', () => {
  it('are all of these', () => {
    expect(lines.length).toBeGreaterThan(130);
    const written = new Set(documented.map(({ line }) => line));
    const known = [...names, ...Object.keys(spelledOut), ...Object.keys(otherStatuses), ...Object.keys(elsewhere)];
    expect(known.filter((line) => !written.has(line))).toEqual([]);
    for (const file of Object.values(elsewhere)) expect(existsSync(file)).toBe(true);
    for (const { line } of measurements) expect(existsSync(line.split(' ')[0] ?? '')).toBe(true);
  });

  const shellOf = ({ line }: DocumentedCommand): InteractiveShell | null =>
    (['zsh', 'fish'] as const).find((shell) => spelledOut[line]?.startsWith(`${shell} `)) ?? null;
  const isHere = (shell: InteractiveShell | null): boolean => shell === null || isOnPath(shell);
  it.each(
    lines.filter((each) => isHere(shellOf(each))).map(({ line, pages }: DocumentedCommand) => [line, pages.join(', ')]),
  )('%s (%s)', async (line) => {
    const { status, stdout, stderr } = await runLine(line);
    const [expected] = otherStatuses[line] ?? [[0]];
    expect(expected, `${stdout}${stderr}`).toContain(status);
  });
});
