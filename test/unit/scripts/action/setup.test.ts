import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { releaseFileName } from '../../../../scripts/action/release-file.ts';
import { type Step, type StepOutcome, startStep } from '../../../support/action-step.ts';
import { writeProgram } from '../../../support/write-program.ts';

const name = releaseFileName('1.2.3', process.platform, process.arch) ?? '';

interface ReleaseStep extends Step {
  readonly sha256: string;
  readonly ran: string;
  setUp(inputs?: Readonly<Record<string, string>>): Promise<StepOutcome>;
}

/** A machine without docker-verify, and a server with a release whose executable notes each time that it is run. */
async function releaseStep(release: { says?: string; accepts?: number; loader?: string } = {}): Promise<ReleaseStep> {
  const step = await startStep();
  const bin = join(step.folder, 'bin');
  const ran = join(step.folder, 'ran');
  rmSync(join(bin, 'docker-verify'));
  const executable = `#!${release.loader ?? '/bin/sh'}\necho "$*" >>'${ran}'\n[ "$2" = --verify ] && exit ${release.accepts ?? 0}\necho 'docker-verify ${release.says ?? '1.2.3'}'\n`;
  const files: Readonly<Record<string, string>> = { [name]: executable, [`${name}.sigstore.json`]: '{}' };
  const server = createServer((request, response) => {
    const file = files[request.url?.replace('/acme/docker-verify/releases/download/v1.2.3/', '') ?? ''];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  step.variables['GITHUB_SERVER_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  step.variables['GITHUB_ACTION_REPOSITORY'] = 'acme/docker-verify';
  const sha256 = createHash('sha256').update(executable).digest('hex');
  return {
    ...step,
    sha256,
    ran,
    setUp: async (inputs = {}) => await step.run('run-setup.ts', { version: '1.2.3', ...inputs }),
  };
}

/** Puts a program on PATH that was there before. */
function program(step: Step, file: string, status: number): void {
  writeProgram(file, `#!/bin/sh\necho "$*" >>'${join(step.folder, 'asked')}'\nexit ${status}\n`);
}

function leftovers(step: Step): readonly string[] {
  return readdirSync(step.variables['RUNNER_TEMP'] ?? '', { recursive: true })
    .map(String)
    .filter((path) => path.includes(name));
}

describe('the setup action', () => {
  it.each([
    ['one SHA-256', (sha256: string) => sha256],
    ['a list of them', (sha256: string) => `${'0'.repeat(64)}  docker-verify-1.2.3-other\n${sha256}  ${name}\n`],
  ])('installs a release that the workflow pins by %s', async (_, pin) => {
    const step = await releaseStep();
    const { status, log, outputs, paths } = await step.setUp({ sha256: pin(step.sha256) });
    expect(log).not.toContain('::error');
    expect(status).toBe(0);
    const plugin = join(step.home, '.docker/cli-plugins/docker-verify');
    expect(readFileSync(plugin, 'utf8')).toBe(readFileSync(outputs['executable'] ?? '', 'utf8'));
    expect(paths).toEqual([join(outputs['executable'] ?? '', '..')]);
    expect(readFileSync(step.ran, 'utf8')).toMatch(
      /^version --verify \S+ --identity \S+@refs\/tags\/v1\.2\.3 --issuer \S+\nversion\n$/,
    );
  });

  it.each([
    ['with another SHA-256', { sha256: 'a'.repeat(64) }, 'it is not run'],
    ['that nothing here can prove', {}, 'nothing here can prove a release'],
    ['whose file is not in the list', { sha256: `${'a'.repeat(64)}  other` }, 'stands in 0 lines'],
    ['whose pin is none', { sha256: 'latest' }, 'write one SHA-256'],
    ['that is not one version', { version: 'latest', sha256: 'a'.repeat(64) }, 'write the version of one release'],
    [
      'whose version leads elsewhere',
      { version: '1.2.3/../../evil', sha256: 'a'.repeat(64) },
      'write the version of one release',
    ],
    ['of no repository', { repository: '../evil', sha256: 'a'.repeat(64) }, 'write OWNER/NAME'],
    ['by plain http', { from: 'http://mirror.example.com', sha256: 'a'.repeat(64) }, 'only https'],
    ['that is not there', { from: 'http://127.0.0.1:1', sha256: 'a'.repeat(64) }, 'no answer'],
  ])('never runs a release %s', async (_, inputs, message) => {
    const step = await releaseStep();
    const { status, log } = await step.setUp(inputs);
    expect(status).toBe(1);
    expect(log).toContain(message);
    expect(existsSync(step.ran)).toBe(false);
    expect(existsSync(join(step.home, '.docker'))).toBe(false);
    expect(leftovers(step)).toEqual([]);
  });

  it.each(['cosign', 'docker-verify'])(
    'asks %s that was here before, and does not run what that refuses',
    async (tool) => {
      const step = await releaseStep();
      program(step, join(step.folder, 'bin', tool), 0);
      expect((await step.setUp()).status).toBe(0);
      const asked = readFileSync(join(step.folder, 'asked'), 'utf8');
      const identity = 'identity https://github.com/acme/docker-verify/.github/workflows/release.yml@refs/tags/v1.2.3 ';
      expect(asked).toContain(identity);
      expect(asked).toContain(tool === 'cosign' ? 'verify-blob --new-bundle-format ' : 'version --verify ');
      expect(readFileSync(step.ran, 'utf8')).toBe('version\n');

      for (const pin of [{}, { from: '' }, 'pinned'] as const) {
        const refused = await releaseStep();
        program(refused, join(refused.folder, 'bin', tool), 1);
        const { status, log } = await refused.setUp(pin === 'pinned' ? { sha256: refused.sha256 } : pin);
        expect(status).toBe(1);
        expect(log).toContain('does not accept the signature of the release');
        expect(existsSync(refused.ran)).toBe(false);
      }
    },
  );

  it('believes no cosign and no docker-verify that lies in the checkout', async () => {
    const step = await releaseStep();
    mkdirSync(join(step.workspace, 'bin'));
    for (const tool of ['cosign', 'docker-verify']) program(step, join(step.workspace, 'bin', tool), 0);
    step.variables['PATH'] = `${step.workspace}/bin:/usr/bin:/bin`;
    const { status, log } = await step.setUp();
    expect(status).toBe(1);
    expect(log).toContain('nothing here can prove a release');
    expect(existsSync(join(step.folder, 'asked'))).toBe(false);
  });

  it('installs no pinned file whose own signature is broken, none of another version, and none that does not start', async () => {
    for (const [release, message] of [
      [{ accepts: 10 }, 'does not accept the signature'],
      [{ says: '1.2.2' }, 'the release is not 1.2.3, but says: docker-verify 1.2.2'],
      [{ loader: '/nowhere/ld-linux.so.2' }, 'does not start here: it needs glibc 2.28 or newer'],
    ] as const) {
      const step = await releaseStep(release);
      const { status, log } = await step.setUp({ sha256: step.sha256 });
      expect(status).toBe(1);
      expect(log).toContain(message);
      expect(existsSync(join(step.home, '.docker'))).toBe(false);
      expect(leftovers(step)).toEqual([]);
    }
  });

  it('has docker build come to it where it is asked to', async () => {
    const step = await releaseStep();
    const { status } = await step.setUp({ sha256: step.sha256, install: 'full' });
    expect(status).toBe(0);
    expect(readFileSync(step.ran, 'utf8')).toContain('install --mode full\n');
  });
});
