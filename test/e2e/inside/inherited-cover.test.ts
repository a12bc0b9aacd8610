import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  acmePolicy,
  attest,
  lab,
  type Outcome,
  projectFolder,
  pushIndex,
  pushLayer,
  runVerify,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { layersOf, putIntoIndex, spdxOf } from '../support/sboms.ts';

const running = lab();
const { registry, keys } = running;
const series = `${registry}/inherited-${process.pid}-${Date.now()}`;
const base = `${series}/base:1`;
const bare = `${series}/bare:1`;
const both = `${series}/both:1`;
const half = `${series}/half:1`;
/** The classic store builds for one platform only. */
const bothPlatforms = { options: ['--platform', 'linux/amd64,linux/arm64'], host: running.secondDockerHost };

const settings = `ENV NAME=value
ARG UNUSED
LABEL of=nobody
USER 1000
EXPOSE 8080
VOLUME /data
STOPSIGNAL SIGINT
HEALTHCHECK NONE
ENTRYPOINT ["/bin/app"]
CMD ["--help"]
`;

interface Case {
  readonly dockerfile: string;
  readonly options?: readonly string[];
  /** The engine, where it is not the lab's usual one; null where there is none. */
  readonly host?: string | null;
}

/** Builds whose files are those of their base. */
const plain: Readonly<Record<string, Case>> = {
  'nothing but its base': { dockerfile: `FROM ${base}\n` },
  'settings alone': { dockerfile: `FROM ${base}\n${settings}` },
  'layers without a file': { dockerfile: `FROM ${base}\nWORKDIR /\nCOPY nothing/ /\n` },
  'a last stage of its base alone': {
    dockerfile: `FROM ${base} AS tools\nCOPY name /name\nFROM ${base}\n`,
  },
  'a last stage on another that adds nothing': {
    dockerfile: `FROM ${base} AS below\nENV A=b\nFROM below\nCMD ["a"]\n`,
  },
  'nothing but a base for two platforms': { dockerfile: `FROM ${both}\n`, ...bothPlatforms },
  'one of two platforms that have an SBOM': {
    dockerfile: `FROM ${half}\nCMD ["a"]\n`,
    options: ['--platform', 'linux/amd64'],
  },
};

/** Builds of which nothing can be known. */
const open: Readonly<Record<string, Case>> = {
  'a file of its own': { dockerfile: `FROM ${base}\nCOPY name /name\n` },
  'a working directory of its own': { dockerfile: `FROM ${base}\nWORKDIR /made/here\n` },
  'a file of another stage': {
    dockerfile: `FROM ${base} AS tools\nCOPY name /name\nFROM ${base}\nCOPY --from=tools /name /name\n`,
  },
  'a last stage on another that adds a file': { dockerfile: `FROM ${base} AS below\nCOPY name /name\nFROM below\n` },
  'a base without an SBOM': { dockerfile: `FROM ${bare}\nCMD ["a"]\n` },
  'a file of its own on one platform': {
    dockerfile: `FROM ${both} AS on-amd64\nFROM ${both} AS on-arm64\nCOPY name /name\nARG TARGETARCH\nFROM on-$TARGETARCH\n`,
    ...bothPlatforms,
  },
  'one of two platforms that has no SBOM': {
    dockerfile: `FROM ${half}\nCMD ["a"]\n`,
    options: ['--platform', 'linux/arm64'],
  },
  'a base whose SBOM is about one of two platforms': {
    dockerfile: `FROM ${half}\nCMD ["a"]\n`,
    ...bothPlatforms,
  },
};

let project = '';

interface Row {
  readonly state: string;
  readonly trust: string;
  readonly inRuntime: boolean | null;
  readonly via: { readonly role: string; readonly name: string | null } | null;
  readonly reason: string | null;
}

function verify(args: readonly string[], state: string, host: string | null = null): Promise<Outcome> {
  const env = host === null ? {} : { DOCKER_HOST: host };
  return runVerify(args, { cwd: project, env: { XDG_STATE_HOME: state, ...env } });
}

function possible(cases: Readonly<Record<string, Case>>): readonly (readonly [string, Case])[] {
  return Object.entries(cases).filter(([, { host }]) => host !== null);
}

async function built({ dockerfile, options = [], host = null }: Case, output = '--push'): Promise<string> {
  const state = await temporaryFolder();
  await writeFiles(project, { Dockerfile: dockerfile });
  const tag = `${series}/app:${Math.random().toString(36).slice(2)}`;
  const outcome = await verify(['build', output, '-t', tag, ...options, '.'], state, host);
  expect(outcome).toMatchObject({ status: 0 });
  return state;
}

async function ask(state: string, question: string): Promise<{ status: number; rows: readonly Row[] }> {
  const { status, stdout } = await verify(['exposure', question, '--format', 'json'], state);
  return { status, rows: (JSON.parse(stdout) as { readonly rows: readonly Row[] }).rows };
}

beforeAll(async () => {
  project = await projectFolder({
    'docker-verify.yaml': acmePolicy({ mode: 'warn', default: 'allow', images: ['none/**'] }),
    name: `${series}\n`,
  });
  await mkdir(join(project, 'nothing'));
  const unsigned = `${registry}/unsigned/base:1`;
  await pushLayer(running, unsigned, base, { base: `${series}\n` });
  await pushLayer(running, unsigned, bare, { bare: `${series}\n` });
  const purl = 'pkg:deb/debian/xz-utils@5.4.1-1?distro=debian-12';
  const layer = (await layersOf(running, base)).at(-1) ?? '';
  await putIntoIndex(running, base, spdxOf([{ purl, layer }]));
  const signer = { key: keys.acme.privateKey };
  const document = { type: 'spdxjson', content: spdxOf([{ purl }]) };
  for (const reference of [both, half]) await pushIndex(running, base, reference);
  for (const child of [`${both}-amd64`, `${both}-arm64`, `${half}-amd64`])
    await attest(running, child, document, { signer, cosign: 3 });
}, 300_000);

describe('a build that adds no layer to its base', () => {
  it.each(possible(plain))('is answered out of the SBOM of the base: %s', async (_, made) => {
    const state = await built(made);
    expect(await ask(state, 'log4j-core@>=2.0 <2.17.1')).toMatchObject({
      status: 0,
      rows: [{ state: 'not-found', reason: null }],
    });
    expect(await ask(state, 'xz-utils@5.4.1-1')).toMatchObject({
      status: 10,
      rows: [{ state: 'affected', inRuntime: true, via: { role: 'runtime-base' } }],
    });
  });

  it('is not known before its layers are looked up', async () => {
    const state = await built({ dockerfile: `FROM ${base}\n` });
    const offline = await verify(['exposure', 'log4j-core', '--offline'], state);
    expect(offline).toMatchObject({ status: 11, stderr: expect.stringContaining('were not looked up (--offline)') });
    expect(await ask(state, 'log4j-core')).toMatchObject({ status: 0 });
    expect(await verify(['exposure', 'log4j-core', '--offline'], state)).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a build that only the engine has', () => {
  const cases: Readonly<Record<string, Case>> = {
    'the classic store': { dockerfile: `FROM ${base}\n${settings}` },
    "containerd's store": { dockerfile: `FROM ${base}\n${settings}`, host: running.secondDockerHost },
  };

  it.each(possible(cases))('is answered without asking for it again: %s', async (_, made) => {
    const state = await built(made, '--load');
    expect(await ask(state, 'log4j-core')).toMatchObject({ status: 0, rows: [{ state: 'not-found' }] });
    expect(await verify(['exposure', 'log4j-core', '--offline'], state)).toMatchObject({ status: 0, stderr: '' });
  });

  it('is not known with a working directory of its own', async () => {
    const state = await built({ dockerfile: `FROM ${base}\nWORKDIR /made/here\n` }, '--load');
    expect(await ask(state, 'log4j-core')).toMatchObject({ status: 11, rows: [{ state: 'unknown' }] });
  });

  it.runIf(running.secondDockerHost !== null)(
    'is not known for several platforms, of which the engine tells one',
    async () => {
      const state = await built({ dockerfile: `FROM ${both}\n`, ...bothPlatforms }, '--load');
      expect(await ask(state, 'log4j-core')).toMatchObject({ status: 11, rows: [{ state: 'unknown' }] });
    },
  );
});

describe('a build is not known', () => {
  it.each(possible(open))('with %s', async (_, made) => {
    const state = await built(made);
    expect(await ask(state, 'log4j-core@>=2.0 <2.17.1')).toMatchObject({
      status: 11,
      rows: [{ state: 'unknown', trust: 'none', reason: expect.stringContaining('no complete SBOM of') }],
    });
  });
});
