import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

const { registry } = lab();
const signed = `${registry}/signed/base:1`;

/** What stands in a line for whatever the reader has. */
const placeholders: readonly (readonly [string, string])[] = [
  ['IMAGE|PATH', '.'],
  ['IMAGE IMAGE', `${signed} ${registry}/unsigned/base:1`],
  ['IMAGE', signed],
  ['CODE', 'signature.missing'],
  ['ls|show|prune', 'ls'],
  ['REPOSITORY… --key FILE', `${registry}/signed/base --key acme.pub`],
];

/** Lines that name a command and do not start one: they are run as far as their help. */
const names = new Set([
  'cosign verify-blob --certificate-identity IDENTITY --certificate-oidc-issuer https://token.actions.githubusercontent.com --bundle FILE.sigstore.json FILE',
  'cosign verify-blob-attestation --type slsaprovenance1 --certificate-identity IDENTITY --certificate-oidc-issuer https://token.actions.githubusercontent.com --bundle docker-verify-VERSION.provenance.json.sigstore.json FILE',
  'docker bake',
  'docker build',
  'docker buildx bake --print',
  'docker buildx build',
  'docker buildx build --output type=oci',
  'docker buildx dap build',
  'docker buildx debug build',
  'docker compose',
  'docker compose build',
  'docker image rm',
  'docker verify',
  'docker verify build',
  'docker verify exposure',
  'docker verify policy push',
]);

/** What has to be there before, or is to be said otherwise, to run a line in a folder where no service answers. */
const spelledOut: Readonly<Record<string, string>> = {
  'docker verify init': 'rm docker-verify.yaml && docker verify init --yes --key acme.pub',
  'docker verify rebuild BUILD':
    'docker verify build . && docker verify rebuild $(docker verify records ls --format json | grep -o "[0-9A-HJKMNP-TV-Z]\\{26\\}" | head -n 1)',
  'docker verify check && docker build': 'docker verify check && docker build .',
  'docker verify completion SHELL': 'docker verify completion bash',
  'docker verify lock --check': 'docker verify lock && docker verify lock --check',
  'docker verify version --verify docker-verify-VERSION-OS-ARCH':
    'touch docker-verify-1.2.3-linux-x64 && docker verify version --verify docker-verify-1.2.3-linux-x64',
  'sha256sum --check --ignore-missing SHA256SUMS':
    'sha256sum Dockerfile >SHA256SUMS && sha256sum --check --ignore-missing SHA256SUMS',
  'docker verify-build': 'eval "$(docker verify shell bash)"; docker verify-build --help',
  'docker verify check --offline .': 'docker verify check . && docker verify check --offline .',
  'docker verify build --verify-offline .': 'docker verify check . && docker verify build --verify-offline .',
};

/** Lines that do not end with 0 here, and why. */
const otherStatuses: Readonly<Record<string, readonly [statuses: readonly number[], reason: string]>> = {
  'docker verify build -f Bad.Dockerfile .': [[10], 'the page shows a refused build'],
  'docker verify packages IMAGE|PATH': [[11], "no SBOM is attached to the lab's base"],
  'docker verify rebuild BUILD': [[11], 'the folder is in no git; rebuild.test.ts builds again what is'],
  'docker verify version --verify docker-verify-VERSION-OS-ARCH': [[10], 'the file is none of a release'],
  'docker verify trust update': [[0, 11], 'the network may be away'],
};

/** Lines that would change this machine: the test that runs them on a machine of its own. */
const elsewhere: Readonly<Record<string, string>> = {
  'sudo docker-verify install --system --policy oci://registry.example.com/policies/base:1 --key policies.pub':
    'test/e2e/policy/install-system.test.ts',
};

async function shownIn(page: string, name: string): Promise<string> {
  const text = await readFile(join('docs', page), 'utf8');
  const found = [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].find(([, file]) => file === name);
  return found?.[2] ?? '';
}

/** A project as the pages speak of it. */
async function project(line: string): Promise<string> {
  const policy = acmePolicy();
  return await projectFolder({
    Dockerfile: `FROM ${signed}\n`,
    'docker-verify.yaml': policy,
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

describe('the command lines of README.md and docs', () => {
  it('are all of these', () => {
    expect(lines.length).toBeGreaterThan(60);
    const written = new Set(documented.map(({ line }) => line));
    const known = [...names, ...Object.keys(spelledOut), ...Object.keys(otherStatuses), ...Object.keys(elsewhere)];
    expect(known.filter((line) => !written.has(line))).toEqual([]);
    for (const file of Object.values(elsewhere)) expect(existsSync(file)).toBe(true);
    for (const { line } of measurements) expect(existsSync(line.split(' ')[0] ?? '')).toBe(true);
  });

  it.each(lines.map(({ line, pages }: DocumentedCommand) => [line, pages.join(', ')]))('%s (%s)', async (line) => {
    const { status, stdout, stderr } = await runLine(line);
    const [expected] = otherStatuses[line] ?? [[0]];
    expect(expected, `${stdout}${stderr}`).toContain(status);
  });
});
