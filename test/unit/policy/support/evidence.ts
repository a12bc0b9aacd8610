import { createHash, createPublicKey } from 'node:crypto';
import { type Digest, type Evidence, parseCanonicalName, parseDigest } from '../../../../src/model/index.ts';
import type { DecideInput, JudgedImage } from '../../../../src/policy/index.ts';

/** A digest made from a word. */
export function digestOf(word: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(word).digest('hex')}`);
}

const keyIds = new Map<string, string>();

/** The identifier of a key, SHA-256 of its SubjectPublicKeyInfo. Reading a key takes longer than deciding: each is read once. */
export function keyId(pem: string): string {
  const known = keyIds.get(pem);
  if (known !== undefined) return known;
  const id = createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex');
  keyIds.set(pem, id);
  return id;
}

export const image = digestOf('image');
const publicRoot = 'public-root';
export const githubRoot = 'github-root';
export const githubIssuer = 'https://token.actions.githubusercontent.com';

const plain: Evidence = {
  form: 'cosign-signature',
  verified: true,
  subject: image,
  predicateType: null,
  signer: null,
  time: '2026-06-01T00:00:00Z',
  timeSource: 'log',
  log: { index: 1, id: 'log' },
  problem: null,
  trustedRoot: null,
  materials: [],
  claims: {},
  repository: null,
  annotations: {},
  statement: null,
  manifest: digestOf('manifest'),
  location: 'tag',
};

/** A signature by a key, verified unless said otherwise. */
export function byKey(pem: string, changes: Partial<Evidence> = {}): Evidence {
  const sha256 = keyId(pem);
  return {
    ...plain,
    signer: { kind: 'key', sha256, name: null },
    materials: [sha256, publicRoot],
    trustedRoot: publicRoot,
    ...changes,
  };
}

/** A keyless signature under the public root, verified unless said otherwise. */
export function byIdentity(identity: string, changes: Partial<Evidence> = {}, issuer = githubIssuer): Evidence {
  return { ...plain, signer: { kind: 'keyless', identity, issuer }, trustedRoot: publicRoot, ...changes };
}

/** What is judged: an image of one platform, with this evidence. */
export function inputOf(
  name: string,
  evidence: readonly Evidence[] = [],
  changes: Partial<Omit<DecideInput, 'image'>> & { readonly image?: Partial<JudgedImage> } = {},
): DecideInput {
  return {
    collectProblems: [],
    trustedRoots: [
      { id: publicRoot, layer: 'builtin', source: 'sigstore public good' },
      { id: githubRoot, layer: 'builtin', source: 'github' },
    ],
    lineage: null,
    packages: null,
    now: '2026-07-01T00:00:00Z',
    ...changes,
    evidence,
    image: {
      name: parseCanonicalName(name),
      digest: image,
      platforms: [{ platform: 'linux/amd64', digest: digestOf('amd64') }],
      tagDigest: null,
      onlyLocal: false,
      localShadow: null,
      created: null,
      ...changes.image,
    },
  };
}
