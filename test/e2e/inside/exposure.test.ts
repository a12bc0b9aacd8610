import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  acmePolicy,
  attest,
  copyImage,
  digestOf,
  lab,
  type Outcome,
  projectFolder,
  pushLayer,
  runVerify,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { attachAsIs, cycloneDxOf, layersOf, type Package, putIntoIndex, spdxOf } from '../support/sboms.ts';

const running = lab();
const { registry, referrersRegistry, keys } = running;
const series = `inside-${process.pid}-${Date.now()}`;
const at = (name: string, host = registry): string => `${host}/${series}/${name}:1`;

const testing = 'pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils&distro=debian-13';
const noble = 'pkg:deb/ubuntu/liblzma5@5.6.1%2Breally5.4.5-1ubuntu0.3?arch=amd64&upstream=xz-utils&distro=ubuntu-24.04';
const libs = 'pkg:apk/alpine/xz-libs@5.4.5-r0?arch=x86_64&upstream=xz&distro=alpine-3.19';
const own = 'pkg:golang/example.com/app@v1.0.0';

const bases = {
  debian: at('debian'),
  ubuntu: at('ubuntu'),
  alpine: at('alpine'),
  golden: at('golden', referrersRegistry),
  bare: at('bare'),
};
/** Of each build: the names are those of the story. */
const dockerfiles: Readonly<Record<string, string>> = {
  debian: `FROM ${bases.debian}\nCOPY name /name\n`,
  ubuntu: `FROM ${bases.ubuntu}\nCOPY name /name\n`,
  alpine: `FROM ${bases.alpine}\nCOPY name /name\n`,
  child: `FROM ${bases.golden}\nCOPY name /name\n`,
  builder: `FROM ${bases.debian} AS tools\nCOPY name /name\nFROM ${bases.alpine}\nCOPY --from=tools /name /name\n`,
  bare: `FROM ${bases.bare}\nCOPY name /name\n`,
  vex: `FROM ${bases.debian}\nCOPY name /other\n`,
};
/** What the SBOM of each result lists; `bare` and `child` have none. */
const results: Readonly<Record<string, readonly string[]>> = {
  debian: [testing, own],
  ubuntu: [noble, own],
  alpine: [libs, own],
  builder: [libs, own],
  vex: [testing, own],
};

let state = '';
let project = '';

function verify(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return runVerify(args, { cwd: project, env: { XDG_STATE_HOME: state, ...env } });
}

async function makeBases(): Promise<void> {
  const plain = `${registry}/unsigned/base:1`;
  for (const name of ['debian', 'ubuntu', 'alpine', 'bare'] as const)
    await pushLayer(running, plain, bases[name], { [`of-${name}`]: `${series} ${name}\n` });
  await putIntoIndex(running, bases.debian, spdxOf(await inItsLayer(bases.debian, testing)));
  const signer = { key: keys.acme.privateKey };
  const ubuntu = { type: 'spdxjson', content: spdxOf([{ purl: noble }]) };
  await attest(running, bases.ubuntu, ubuntu, { signer, cosign: 2 });
  const alpine = { type: 'cyclonedx', content: cycloneDxOf([{ purl: libs }]) };
  await attest(running, bases.alpine, alpine, { signer, cosign: 3 });
  await copyImage(running, bases.debian, bases.golden);
  await pushLayer(running, bases.golden, bases.golden, { golden: `${series}\n` });
  const document = JSON.stringify(cycloneDxOf([{ purl: testing }]));
  await attachAsIs(running, bases.golden, 'application/vnd.cyclonedx+json', document);
}

/** The package, in the layer on top of an image. */
async function inItsLayer(reference: string, purl: string): Promise<readonly Package[]> {
  const layer = (await layersOf(running, reference)).at(-1);
  return [{ purl, ...(layer === undefined ? {} : { layer }) }];
}

async function journal(): Promise<readonly { readonly tags: readonly string[]; readonly images: readonly Image[] }[]> {
  const text = await readFile(join(state, 'docker-verify', 'journal.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly tags: readonly string[]; readonly images: readonly Image[] });
}

interface Image {
  readonly name: string;
  readonly role: string;
  readonly sboms: readonly string[];
}

beforeAll(async () => {
  state = await temporaryFolder();
  project = await projectFolder({
    'docker-verify.yaml': acmePolicy({ mode: 'warn', default: 'allow', images: ['none/**'] }),
  });
  await makeBases();
  for (const [name, text] of Object.entries(dockerfiles)) {
    await writeFiles(project, { [`${name}/Dockerfile`]: text, [`${name}/name`]: `${series} ${name}\n` });
    const built = await verify(['build', '--push', '-t', at(`app-${name}`), name]);
    if (built.status !== 0) throw new Error(built.stderr);
    const packages = results[name];
    if (packages === undefined) continue;
    // as BuildKit's scanner would have left it, which cannot run on the lab's engines
    const document = JSON.stringify(spdxOf(packages.map((purl) => ({ purl }))));
    await attachAsIs(running, at(`app-${name}`), 'application/spdx+json', document);
  }
}, 300_000);

describe('a build', () => {
  it('notes the SBOMs of its bases in whatever carries them', async () => {
    const records = await journal();
    const known = records.map(({ tags, images }) => [
      tags[0]?.replace(/.*app-(.*):1/, '$1'),
      images.map(({ name, sboms }) => `${name.replace(/.*\/(.*):1/, '$1')} ${sboms.length}`).toSorted(),
    ]);
    expect(Object.fromEntries(known)).toEqual({
      debian: ['debian 1'],
      ubuntu: ['ubuntu 1'],
      alpine: ['alpine 1'],
      child: ['golden 1'],
      builder: ['alpine 1', 'debian 1'],
      bare: ['bare 0'],
      vex: ['debian 1'],
    });
  });
});

interface Row {
  readonly state: string;
  readonly build: { readonly tags: readonly string[]; readonly pushed: readonly string[] };
  readonly package: { readonly version: string } | null;
  readonly via: { readonly role: string; readonly name: string | null } | null;
  readonly inRuntime: boolean | null;
  readonly trust: string;
  readonly reason: string | null;
}

async function ask(
  what: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ status: number; rows: readonly Row[] }> {
  const { status, stdout, stderr } = await verify(['exposure', ...what, '--format', 'json'], env);
  expect(stderr).not.toContain('docker verify: error');
  return { status, rows: (JSON.parse(stdout) as { readonly rows: readonly Row[] }).rows };
}

function linesOf(rows: readonly Row[]): readonly string[] {
  return rows
    .map(({ build, state: found, via, inRuntime, trust }) =>
      [
        build.tags[0]?.replace(/.*app-(.*):1/, '$1'),
        found,
        via?.name?.replace(/.*\/(.*):1/, '$1') ?? via?.role ?? '-',
        via?.role ?? '-',
        String(inRuntime),
        trust,
      ].join(' '),
    )
    .toSorted();
}

/** The advisory, as Debian and Alpine tell it. */
const advisory = JSON.stringify({
  id: 'CVE-2024-3094',
  affected: [
    {
      package: { ecosystem: 'Debian', name: 'xz-utils' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.5.1alpha-0.1' }, { fixed: '5.6.1+really5.4.5-1' }] }],
    },
    {
      package: { ecosystem: 'Ubuntu', name: 'xz-utils' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.5.1alpha-0.1' }, { fixed: '5.6.1+really5.4.5-1' }] }],
    },
    {
      package: { ecosystem: 'Alpine', name: 'xz' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.6.0-r0' }, { fixed: '5.6.1-r2' }] }],
    },
  ],
});

/** In every form of the question: what was built on Debian, also through another image, and for a build stage alone. */
const affected = [
  'builder affected debian build-stage false unsigned',
  'child affected golden runtime-base true unsigned',
  'debian affected debian runtime-base true unsigned',
  'vex affected debian runtime-base true unsigned',
];

describe('which builds contain the next XZ', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    [
      'a range',
      ['xz-utils@5.6.0 - 5.6.1'],
      ['alpine not-found - - null unsigned', 'ubuntu not-affected ubuntu runtime-base true signed'],
    ],
    [
      'a range in the form of VERS',
      ['xz-utils', 'vers:deb/>=5.6.0|<=5.6.1'],
      ['alpine not-found - - null unsigned', 'ubuntu not-affected ubuntu runtime-base true signed'],
    ],
    [
      'a package URL',
      ['pkg:deb/debian/xz-utils@5.6.1-1'],
      ['alpine not-found - - null unsigned', 'ubuntu not-found - - null unsigned'],
    ],
    [
      'an OSV file',
      ['./advisory.json'],
      [
        'alpine not-affected alpine runtime-base true signed',
        'builder not-affected alpine runtime-base true signed',
        'ubuntu fixed ubuntu runtime-base true signed',
      ],
    ],
    [
      'an id that is looked up in a folder',
      ['CVE-2024-3094', '--advisories', 'advisories'],
      [
        'alpine not-affected alpine runtime-base true signed',
        'builder not-affected alpine runtime-base true signed',
        'ubuntu fixed ubuntu runtime-base true signed',
      ],
    ],
  ])('is answered by %s', async (_, what, others) => {
    await writeFiles(project, { 'advisory.json': advisory, 'advisories/CVE-2024-3094.json': advisory });
    const { status, rows } = await ask(what);
    expect(linesOf(rows)).toEqual([...affected, ...others, 'bare unknown - - null none'].toSorted());
    expect(status).toBe(10);
    expect(rows[0]?.build.pushed).toEqual(rows[0]?.build.tags);
    const bare = rows.find(({ state: found }) => found === 'unknown');
    expect(bare?.reason).toBe(`no complete SBOM of ${bases.bare}; no complete SBOM of what was built`);
  });

  it('takes out what VEX says is not affected', async () => {
    const vex = {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      statements: [
        {
          vulnerability: { name: 'CVE-2024-3094' },
          products: [
            { '@id': await digestOf(running, at('app-vex')), subcomponents: [{ '@id': 'pkg:deb/debian/xz-utils' }] },
          ],
          status: 'not_affected',
          justification: 'vulnerable_code_not_in_execute_path',
        },
      ],
    };
    await writeFiles(project, { 'advisory.json': advisory, 'vex.json': JSON.stringify(vex) });
    const { status, rows } = await ask(['./advisory.json', '--vex', 'vex.json']);
    expect(status).toBe(10);
    expect(linesOf(rows)).toContain('vex not-affected debian runtime-base true unsigned');
    expect(linesOf(rows)).toContain('debian affected debian runtime-base true unsigned');
  });

  it('ends with 11 where only something is not known, and with 0 where nothing is left open', async () => {
    expect((await ask(['log4j-core@>=2.0 <2.17.1'])).status).toBe(11);
    const folder = await temporaryFolder();
    const env = { XDG_STATE_HOME: folder };
    const built = await verify(['build', '--push', '-t', at('app-alpine'), 'alpine'], env);
    expect(built.status).toBe(0);
    const { status, rows } = await ask(['log4j-core@>=2.0 <2.17.1'], env);
    expect(linesOf(rows)).toEqual(['alpine not-found - - null unsigned']);
    expect(status).toBe(0);
  });

  it('is answered from what is here with --offline, and looked up again with --refresh', async () => {
    const env = { XDG_STATE_HOME: await temporaryFolder() };
    await writeFiles(project, { 'later/Dockerfile': `FROM ${bases.bare}\nCOPY name /later\n`, 'later/name': series });
    expect((await verify(['build', '--push', '-t', at('app-later'), 'later'], env)).status).toBe(0);
    const question = ['xz-utils@5.6.1'];
    const offline = await verify(['exposure', ...question, '--offline'], env);
    expect(offline.status).toBe(11);
    expect(offline.stderr).toContain('were not looked up (--offline)');
    expect((await ask(question, env)).status).toBe(11);
    const document = JSON.stringify(spdxOf([{ purl: own }]));
    await attachAsIs(running, at('app-later'), 'application/spdx+json', document);
    expect((await ask(question, env)).status).toBe(11);
    const refreshed = await ask([...question, '--refresh'], env);
    expect(linesOf(refreshed.rows)).toEqual(['later not-found - - null unsigned']);
    expect(refreshed.status).toBe(0);
  });
});
