// Whatever others have written is quoted, and does nothing where it is read: neither on a terminal nor in the log of a build.
import { chmod, mkdir } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tar } from '../../unit/context/tar.ts';
import { harmIn } from '../../unit/report/hostile.ts';
import {
  acmePolicy,
  lab,
  type Outcome,
  projectFolder,
  run,
  runVerify,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { executable } from '../support/paths.ts';

const { registry } = lab();
const weapon = 'pwned\u001b[2J\u009b31m\r\n::error::pwned\n##[error]pwned\u202e';
/** The same where no line end can stand. */
const inOneLine = 'pwned\u001b[2J\u009b31m ##vso[x]pwned\u202e';

function said({ stdout, stderr }: Outcome): string {
  return `${stdout}\n${stderr}`;
}

/** Does `work` while a server answers everything by `listener`. */
async function serving<T>(listener: RequestListener, work: (host: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  try {
    return await work(`127.0.0.1:${port}`);
  } finally {
    server.close();
  }
}

const good = `FROM ${registry}/signed/base:1\n`;
const project = (files: Readonly<Record<string, string>> = {}): Promise<string> =>
  projectFolder({ Dockerfile: good, 'docker-verify.yaml': acmePolicy(), ...files });

const attacks: Readonly<Record<string, () => Promise<Outcome>>> = {
  'an entry of an archive': async () => {
    const archive = tar({ name: inOneLine, kind: 'Z' }, { name: 'Dockerfile', kind: '2', target: inOneLine });
    return await run(lab(), executable, ['check', '-'], { cwd: await project(), stdin: archive });
  },
  'the name of a Dockerfile in an archive': async () => {
    const archive = tar({ name: 'x', body: good });
    return await run(lab(), executable, ['check', '-f', weapon, '-'], { cwd: await project(), stdin: archive });
  },
  'the name of a Dockerfile': async () => await runVerify(['check', '-f', weapon, '.'], { cwd: await project() }),
  'an instruction': async () => {
    const folder = await project({ Dockerfile: `FROM scratch\n${inOneLine} x\n` });
    return await runVerify(['check', '.'], { cwd: folder });
  },
  'the name of a stage and of a target': async () =>
    await runVerify(['check', '--target', weapon, '.'], { cwd: await project() }),
  'a label of the folder that it lies in': async () => {
    const folder = join(await project(), inOneLine);
    await mkdir(folder);
    await writeFiles(folder, { Dockerfile: `FROM ${registry}/unsigned/base:1\n` });
    return await runVerify(['check', folder], { cwd: folder });
  },
  'what git says': async () =>
    await serving(
      (request, response) => {
        const line = `ERR ${weapon}`;
        const length = (text: string): string => (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0');
        const service = '# service=git-upload-pack\n';
        response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
        response.end(
          request.url?.includes('info/refs') ? `${length(service)}${service}0000${length(line)}${line}` : '',
        );
      },
      async (host) => await runVerify(['check', `http://${host}/x.git`], { cwd: await project() }),
    ),
  'what a registry says': async () =>
    await serving(
      (_request, response) => {
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ errors: [{ code: weapon, message: weapon, detail: weapon }] }));
      },
      async (host) => await runVerify(['check', `${host}/app:1`], { cwd: await project() }),
    ),
  'the token service that a registry names': async () =>
    await serving(
      (_request, response) => {
        response.writeHead(401, {
          'www-authenticate': 'Bearer realm="https://x/##vso[x]\u009b31m",service="\u009b2J"',
        });
        response.end();
      },
      async (host) => await runVerify(['check', `${host}/app:1`], { cwd: await project() }),
    ),
  'what a credential helper prints': async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'config.json': JSON.stringify({ credsStore: 'bad' }),
      'docker-credential-bad': `#!/bin/sh\nprintf '%s' "${weapon}"; printf '%s' "${weapon}" >&2; exit 1\n`,
    });
    await chmod(join(folder, 'docker-credential-bad'), 0o755);
    return await serving(
      (_request, response) => void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
      async (host) =>
        await runVerify(['check', `${host}/app:1`], {
          cwd: await project(),
          env: { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` },
        }),
    );
  },
  'a bake file': async () => {
    const folder = await project({ 'docker-bake.hcl': `target "x" {\n  ${inOneLine} = 1\n}\n` });
    return await runVerify(['bake', '--verify-offline', 'x'], { cwd: folder });
  },
  'the name of a target of a bake file': async () => {
    const bake = { target: { x: { dockerfile: weapon, contexts: { [weapon]: weapon } } } };
    const folder = await project({ 'docker-bake.json': JSON.stringify(bake) });
    return await runVerify(['bake', 'x'], { cwd: folder });
  },
  'a key of YAML': async () =>
    await runVerify(['check', '.'], {
      cwd: await project({ 'docker-verify.yaml': `version: 1\n${JSON.stringify(weapon)}: 1\n` }),
    }),
  'a value of a policy': async () =>
    await runVerify(['check', '.'], {
      cwd: await project({ 'docker-verify.yaml': JSON.stringify({ version: 1, mode: weapon }) }),
    }),
  'the name of a rule': async () =>
    await runVerify(['check', '.'], {
      cwd: await project({
        Dockerfile: `FROM ${registry}/unsigned/base:1\n`,
        'docker-verify.yaml': acmePolicy().replace('"name":"acme"', `"name":${JSON.stringify(weapon)}`),
      }),
    }),
  'a lock': async () =>
    await runVerify(['check', '.'], {
      cwd: await project({
        'docker-verify.lock.json': JSON.stringify({ lockVersion: 1, images: { [weapon]: { digest: weapon } } }),
      }),
    }),
  'a policy of another tool': async () => {
    const folder = await project({
      'policy.json': JSON.stringify({
        default: [{ type: 'reject' }],
        transports: { docker: { [`example.com/${inOneLine}`]: [{ type: weapon, keyPath: weapon }] } },
      }),
    });
    return await runVerify(['policy', 'convert', 'policy.json'], { cwd: folder });
  },
  'a word of the command line': async () => await runVerify(['check', `--${weapon}`, '.'], { cwd: await project() }),
  'a command': async () => await runVerify(['help', weapon], { cwd: await project() }),
  'an image’s name': async () => await runVerify(['inspect', weapon], { cwd: await project() }),
  'a file of a trusted root': async () =>
    await runVerify(['check', '--trusted-root', weapon, '.'], { cwd: await project() }),
};

describe('text of others does no harm:', () => {
  it.each(Object.entries(attacks))('%s', async (_, attack) => {
    const outcome = await attack();
    expect(said(outcome).trim()).not.toBe('');
    expect(harmIn(outcome.stdout)).toBeNull();
    expect(harmIn(outcome.stderr)).toBeNull();
    expect(outcome.status).not.toBe(70);
  });

  it('most of it is shown all the same, made visible', async () => {
    const outcomes: Outcome[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one after another, for the machine's sake
    for (const attack of Object.values(attacks)) outcomes.push(await attack());
    const telling = outcomes.filter((outcome) => /pwned.*\\u001b|vso\[/.test(said(outcome)));
    expect(telling.length).toBeGreaterThan(Object.keys(attacks).length / 2);
  }, 240_000);

  it('and would do harm as other programs tell it', async () => {
    const folder = await project({ Dockerfile: `FROM scratch AS x\n` });
    const program = 'process.stderr.write(`Error: cannot read ${process.argv[1]}\\n`)';
    const { stderr } = await run(lab(), process.execPath, ['-e', program, weapon], { cwd: folder });
    expect(harmIn(stderr)).not.toBeNull();
  });

  it('nor does it with -D, where errors come with their stack', async () => {
    const outcome = await run(lab(), executable, ['-D', 'verify', 'check', '-f', weapon, '.'], {
      cwd: await project(),
    });
    expect(outcome.stderr.split('\n').length).toBeGreaterThan(2);
    expect(harmIn(outcome.stderr)).toBeNull();
  });

  it('nothing that libraries say on their own is printed', async () => {
    const env = { DEBUG: '*', NODE_DEBUG: 'http,https,module,tls,net', DEBUG_COLORS: '1' };
    const [plain, asked] = [await project(), await project()];
    const outcome = await runVerify(['check', '--format', 'json', '.'], { cwd: asked, env });
    expect(outcome.stderr).toBe((await runVerify(['check', '--format', 'json', '.'], { cwd: plain })).stderr);
  });
});
