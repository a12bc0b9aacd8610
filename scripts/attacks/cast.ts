// Images as real tools make and sign them, taken out of the registry whole: what the attack changes.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistryStore } from '../lab/registry-store.ts';
import type { RunningLab } from '../lab/running-lab.ts';
import { attest, type Signer, type SignOptions, sign } from '../lab/signing.ts';
import { startTestRegistry } from '../lab/test-registry.ts';
import { pushMarked } from '../oracle/image-pool.ts';
import { type Pushed, pushBlob, pushManifestText } from '../oracle/raw-registry.ts';
import { type Form, goodBuilder, type Member, members } from './members.ts';
import { type Notary, openNotary } from './notary.ts';
import { Stock } from './stock.ts';

/** One image: what its repository holds, the digest of its tag, and which digests its makers vouch for. */
export interface Actor {
  readonly stock: Stock;
  readonly root: string;
  readonly vouched: readonly string[];
  /** What stands in `/marker`, by platform. */
  readonly marks: readonly [amd64: string, arm64: string];
}

/** An image by trusted makers, and the same by attackers. */
export interface Role {
  readonly member: Member;
  readonly good: Actor;
  readonly evil: Actor;
}

export interface Cast {
  readonly roles: readonly [Role, ...Role[]];
  /** By the name of a rule: the digests that it may let in. */
  readonly allowed: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same with all that lies in them: what a builder may fetch. */
  readonly fetchable: ReadonlyMap<string, ReadonlySet<string>>;
  /** What lies in a digest that anybody vouched for. */
  readonly reachable: ReadonlyMap<string, ReadonlySet<string>>;
  /** By the name of a rule: what stands in the file `/marker` of the images that it may let in. */
  readonly marks: ReadonlyMap<string, ReadonlySet<string>>;
  /** The root certificate of the trusted Notation signer, PEM. */
  readonly notationRoot: string;
}

interface Maker {
  readonly signer: Signer;
  readonly identity: Signer;
  readonly notary: Notary;
  readonly builder: string;
  readonly xz: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const provenanceType = 'https://slsa.dev/provenance/v0.2';
const spdxType = 'https://spdx.dev/Document';

async function pushed(host: string, name: string, content: object, mediaType: string, tag?: string): Promise<Pushed> {
  const made = await pushManifestText(host, name, JSON.stringify(content), mediaType, tag);
  if (made === null) throw new Error(`the registry refuses ${JSON.stringify(content)}`);
  return made;
}

/** BuildKit's attestation manifest about a platform, as it is since 0.32 where it names its subject, and before. */
async function pushAttestation(host: string, name: string, about: Pushed, xz: string | null): Promise<Pushed> {
  const layer = async (predicateType: string, predicate: object): Promise<object> => {
    const subject = [{ name: '_', digest: { sha256: about.digest.slice('sha256:'.length) } }];
    const statement = { _type: 'https://in-toto.io/Statement/v0.1', predicateType, subject, predicate };
    const blob = await pushBlob(host, name, JSON.stringify(statement), 'application/vnd.in-toto+json');
    return { ...blob, annotations: { 'in-toto.io/predicate-type': predicateType } };
  };
  const packages = [{ SPDXID: 'SPDXRef-1', name: 'xz-utils', versionInfo: xz }];
  const spdx = { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages };
  const layers = [await layer(provenanceType, { builder: { id: '' } })];
  if (xz !== null) layers.push(await layer(spdxType, spdx));
  const config = await pushBlob(host, name, '{}', 'application/vnd.oci.image.config.v1+json');
  const { mediaType, digest, size } = about;
  const subject = name.includes('3') ? { subject: { mediaType, digest, size } } : {};
  return pushed(host, name, { schemaVersion: 2, mediaType: manifestType, config, layers, ...subject }, manifestType);
}

function entry({ mediaType, digest, size }: Pushed, more: object): object {
  return { mediaType, digest, size, ...more };
}

async function signAs(lab: RunningLab, form: Form, reference: string, maker: Maker): Promise<unknown> {
  const { signer, identity, notary, builder } = maker;
  const by = (options: Partial<SignOptions>): SignOptions => ({ signer, cosign: 3, ...options });
  const statement = { type: 'slsaprovenance', content: { buildType: 'x', builder: { id: builder }, invocation: {} } };
  switch (form) {
    case 'cosign2':
      return sign(lab, reference, by({ cosign: 2 }));
    case 'cosign3':
      return sign(lab, reference, by({}));
    case 'logged':
      return sign(lab, reference, by({ witness: 'rekor1' }));
    case 'tiles':
      return sign(lab, reference, by({ signer: identity, witness: 'rekor2-timestamp' }));
    case 'keyless2':
      return sign(lab, reference, by({ signer: identity, cosign: 2 }));
    case 'keyless3':
      return sign(lab, reference, by({ signer: identity }));
    case 'jws':
    case 'cose':
      return notary.sign(reference, form);
    case 'attest2':
      return attest(lab, reference, statement, by({ cosign: 2 }));
    case 'attest3':
      return attest(lab, reference, statement, by({}));
  }
}

/** Takes an image with all that is attached to it out of a store. */
function takeStock(store: RegistryStore, name: string, root: string): Stock {
  const stock = new Stock();
  stock.tags.set('1', root);
  const visit = (digest: string, mediaType: string, attached: boolean): void => {
    if (stock.documents.has(digest)) return;
    const bytes = store.manifest(name, digest)?.bytes ?? store.blob(digest);
    if (bytes === undefined) return;
    stock.documents.set(digest, { bytes, mediaType: store.manifest(name, digest)?.mediaType ?? mediaType });
    if (attached) stock.attached.add(digest);
    if (mediaType.includes('tar') || !mediaType.includes('json')) return;
    const inside =
      /\{[^{}]*"mediaType":"([^"]+)"[^{}]*"digest":"(sha256:[0-9a-f]{64})"|"mediaType":"([^"]+)","size":\d+,"digest":"(sha256:[0-9a-f]{64})"/g;
    for (const [, first, one, second, two] of bytes.toString('latin1').matchAll(inside)) {
      visit(one ?? two ?? '', first ?? second ?? '', attached);
    }
    const listed = store.referrers(name, digest);
    if (listed.length > 0) {
      stock.listings.set(
        digest,
        Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: listed })),
      );
      for (const each of listed) visit(each.digest, each.mediaType, true);
    }
  };
  visit(root, indexType, false);
  for (const tag of store.tags(name) ?? []) {
    const found = store.manifest(name, tag);
    if (found === undefined || !tag.startsWith('sha256-')) continue;
    stock.tags.set(tag, found.digest);
    visit(found.digest, found.mediaType, true);
  }
  return stock;
}

interface Bench {
  readonly lab: RunningLab;
  readonly host: string;
  readonly store: RegistryStore;
  /** A part of every marker: what an engine kept of an earlier run is not met again. */
  readonly nonce: string;
}

async function make({ lab, host, store, nonce }: Bench, member: Member, who: string, maker: Maker): Promise<Actor> {
  const name = `${member.name}/${who}`;
  const mark = (architecture: string): string => `${who} ${member.name} ${architecture} ${nonce}`;
  const image = (architecture: string): Promise<Pushed> =>
    pushMarked(host, name, mark(architecture), { os: 'linux', architecture });
  const [amd, arm] = [await image('amd64'), await image('arm64')];
  const attestations = await Promise.all(
    [amd, arm].map((each) => pushAttestation(host, name, each, member.sbom === true ? maker.xz : null)),
  );
  const unknown = { os: 'unknown', architecture: 'unknown' };
  const marks = (about: Pushed): object => ({
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': about.digest,
  });
  const manifests = [
    entry(amd, { platform: { os: 'linux', architecture: 'amd64' } }),
    entry(arm, { platform: { os: 'linux', architecture: 'arm64' } }),
    ...attestations.map((each, place) =>
      entry(each, { platform: unknown, annotations: marks(place === 0 ? amd : arm) }),
    ),
  ];
  const index = await pushed(host, name, { schemaVersion: 2, mediaType: indexType, manifests }, indexType, '1');
  const root = member.shape === 'single' ? amd : index;
  const signed = { single: [amd], index: [index], platforms: [amd, arm], attestations }[member.shape];
  for (const { digest } of signed) {
    // cosign 2 adds to what the tag of signatures holds
    // oxlint-disable-next-line no-await-in-loop
    for (const form of member.forms) await signAs(lab, form, `${host}/${name}@${digest}`, maker);
  }
  const vouched = { single: [amd], index: [index, amd, arm], platforms: [amd, arm], attestations: [amd, arm] };
  return {
    stock: takeStock(store, name, root.digest),
    root: root.digest,
    vouched: vouched[member.shape].map(({ digest }) => digest),
    marks: [mark('amd64'), mark('arm64')],
  };
}

/** Has the whole cast made and signed by cosign 2, cosign 3 and notation. Takes half a minute. */
export async function makeCast(lab: RunningLab): Promise<Cast> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-cast-'));
  const registry = await startTestRegistry();
  const bench: Bench = { lab, host: registry.host, store: registry.store, nonce: randomBytes(6).toString('hex') };
  try {
    const notaries = [
      await openNotary(lab, join(folder, 'good')),
      await openNotary(lab, join(folder, 'evil')),
    ] as const;
    const good: Maker = {
      signer: { key: lab.keys.acme.privateKey },
      identity: { identity: {} },
      notary: notaries[0],
      builder: goodBuilder,
      xz: '5.4.5-1',
    };
    const evil: Maker = {
      signer: { key: lab.keys.mallory.privateKey },
      identity: { identity: { email: 'mallory@example.test' } },
      notary: notaries[1],
      builder: goodBuilder,
      xz: '5.6.1-1',
    };
    const roles: Role[] = [];
    const queue = [...members];
    const work = async (): Promise<void> => {
      for (let member = queue.shift(); member !== undefined; member = queue.shift()) {
        // the maker of the bad SBOM is trusted, and what it says is refused
        const attacker = member.sbom === true ? { ...good, xz: evil.xz } : evil;
        // oxlint-disable-next-line no-await-in-loop
        roles.push({
          member,
          good: await make(bench, member, 'good', good),
          evil: await make(bench, member, 'evil', attacker),
        });
      }
    };
    await Promise.all([work(), work()]);
    return assemble(
      roles.sort((one, other) => (one.member.name < other.member.name ? -1 : 1)),
      notaries[0].root,
    );
  } finally {
    await registry.close();
    await rm(folder, { recursive: true });
  }
}

type Sets = Map<string, Set<string>>;

function addTo(sets: Sets, key: string, values: readonly string[]): void {
  sets.set(key, new Set([...(sets.get(key) ?? []), ...values]));
}

function assemble(roles: readonly Role[], notationRoot: string): Cast {
  const [first, ...others] = roles;
  if (first === undefined) throw new Error('the cast is empty');
  const sets = { allowed: new Map(), fetchable: new Map(), marks: new Map() } satisfies Record<string, Sets>;
  const reachable = new Map<string, ReadonlySet<string>>();
  for (const { member, good, evil } of roles) {
    for (const [place, actor] of [good, evil].entries()) {
      for (const digest of actor.vouched) reachable.set(digest, actor.stock.reachable(digest));
      for (const rule of member.obeys[place] ?? []) {
        addTo(sets.allowed, rule, actor.vouched);
        addTo(
          sets.fetchable,
          rule,
          actor.vouched.flatMap((digest) => [...actor.stock.reachable(digest)]),
        );
        addTo(sets.marks, rule, member.shape === 'single' ? actor.marks.slice(0, 1) : actor.marks);
      }
    }
  }
  return { roles: [first, ...others], ...sets, reachable, notationRoot };
}
