import { createPublicKey, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { parseBoundedJson, VerifyError } from '../../model/index.ts';
import { parseImagePattern } from '../language/patterns/image-pattern.ts';
import type { ConvertedPolicy, ConvertedRule } from './converted-policy.ts';

/** What Docker's CLI keeps of one repository of Docker Content Trust (theupdateframework/notary, tuf/data). */
export interface TrustedCollection {
  /** Its globally unique name: for Docker the repository, canonical. */
  readonly name: string;
  readonly root: Uint8Array;
  /** Null where it was pinned and never pulled. */
  readonly targets: Uint8Array | null;
}

/** What lies in `~/.docker/trust`. */
export interface TrustFolder {
  readonly collections: readonly TrustedCollection[];
  /** Identifiers of the private keys that lie there. */
  readonly privateKeys: ReadonlySet<string>;
}

const key = z.object({ keytype: z.string(), keyval: z.object({ public: z.string() }) });
const role = z.object({ keyids: z.array(z.string()).max(100), threshold: z.int() });
const keys = z.record(z.string(), key);
const rootSchema = z.object({
  signed: z.object({ _type: z.literal('Root'), expires: z.string(), keys, roles: z.object({ targets: role }) }),
});
const targetsSchema = z.object({
  signed: z.object({
    _type: z.literal('Targets'),
    targets: z.record(z.string(), z.unknown()).nullish(),
    delegations: z
      .object({ keys: keys.nullish(), roles: z.array(role.extend({ name: z.string() })).nullish() })
      .nullish(),
  }),
});

/** The roles that `docker pull` took a tag from (docker/cli, cli/trust: ReleasesRole, and TUF's own). */
const releases = 'targets/releases';

/** A public key as TUF writes it, in PEM; null where it is of no kind that signs images. */
function pemOf({ keytype, keyval }: z.output<typeof key>): string | null {
  const bytes = Buffer.from(keyval.public, 'base64');
  try {
    const read = (): ReturnType<typeof createPublicKey> | null => {
      switch (keytype) {
        case 'ecdsa':
        case 'rsa':
          return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
        case 'ecdsa-x509':
        case 'rsa-x509':
          return new X509Certificate(bytes).publicKey;
        case 'ed25519':
          return createPublicKey({
            key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
            format: 'jwk',
          });
        default:
          return null;
      }
    };
    return read()?.export({ type: 'spki', format: 'pem' }).toString() ?? null;
  } catch {
    return null;
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array, name: string): z.output<Schema> {
  try {
    return schema.parse(parseBoundedJson(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new VerifyError('policy.invalid', `${name} is no metadata of Docker Content Trust`, {
      place: { file: name },
      hint: 'name the folder ~/.docker/trust as Docker wrote it',
      cause,
    });
  }
}

interface NamedRole {
  readonly name: string;
  readonly role: z.output<typeof role>;
  readonly keys: z.output<typeof keys>;
}

/** The keys that a role may be signed with, or why there are none. */
function signersOf({ name, role: { keyids, threshold }, keys: known }: NamedRole, { privateKeys }: TrustFolder) {
  if (threshold > 1)
    return { signers: [], comments: [`${name} asked for ${threshold} signatures at once, and trusts no signer here`] };
  const signers: object[] = [];
  const comments: string[] = [];
  for (const id of keyids) {
    const pem = known[id] === undefined ? null : pemOf(known[id]);
    if (pem === null) comments.push(`the key ${id} of ${name} is of a kind that signs no images, and is left out`);
    else signers.push({ key: pem });
    if (pem !== null && privateKeys.has(id)) comments.push(`the key of ${name} can sign here: private/${id}.key`);
  }
  return { signers, comments };
}

function ruleOf(collection: TrustedCollection, folder: TrustFolder): ConvertedRule {
  const { name } = collection;
  const pattern = parseImagePattern(name);
  if (!pattern.ok || pattern.value.tag !== null || /[*@]/.test(name))
    return { rule: null, comments: [`${name} names no repository of images`] };
  const { signed: root } = parsed(rootSchema, collection.root, `${name}/metadata/root.json`);
  const targets =
    collection.targets === null
      ? null
      : parsed(targetsSchema, collection.targets, `${name}/metadata/targets.json`).signed;
  const delegated = targets?.delegations?.roles?.find((each) => each.name === releases);
  const roles: NamedRole[] = [{ name: 'targets', role: root.roles.targets, keys: root.keys }];
  if (delegated !== undefined) roles.push({ name: releases, role: delegated, keys: targets?.delegations?.keys ?? {} });
  const found = roles.map((each) => signersOf(each, folder));
  const signedBy = [...new Map(found.flatMap(({ signers }) => signers).map((each) => [JSON.stringify(each), each]))];
  const tags = Object.keys(targets?.targets ?? {}).length;
  return {
    rule: { name, images: [name], signedBy: signedBy.map(([, signer]) => signer) },
    comments: [
      ...found.flatMap(({ comments }) => comments),
      ...(tags === 0 ? [] : [`tags that targets itself has signed: ${tags}; sign their digests anew, or lock them`]),
    ],
  };
}

/**
 * The keys that Docker Content Trust has pinned, as rules: a tag was good if targets or targets/releases had signed it, so an image is
 * good here if one of their keys has. Nothing that was signed for a notary server is found beside an image.
 */
export function convertDockerTrust(folder: TrustFolder): ConvertedPolicy {
  return {
    from: "Docker Content Trust's pinned keys",
    comments: [
      'Signatures by docker trust lie on a notary server and not beside the image, so they cannot be found, and',
      "Docker's server closes on 2026-12-08. The keys can go on: each image has to be signed anew with one of them,",
      'by cosign. Root, snapshot and timestamp keys signed no images, and have no equal.',
    ],
    // with DOCKER_CONTENT_TRUST=1 no unsigned image was pulled
    settings: { mode: 'enforce', default: 'deny' },
    rules: folder.collections.map((collection) => ruleOf(collection, folder)),
  };
}
