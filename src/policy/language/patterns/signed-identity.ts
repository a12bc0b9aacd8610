import * as z from 'zod';
import { type Evidence, parseReference, type Reference } from '../../../model/index.ts';

/**
 * The name that a signature must say it was made for, in the words of containers-policy.json(5), "signedIdentity".
 * `sameRepository: deny` is the same as `matchRepository`.
 */
export type SignedIdentity = z.output<typeof signedIdentity>;

const prefix = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9.-]+(?::\d+)?|\[[0-9A-Fa-f:]+\](?::\d+)?)(?:\/[a-z0-9._-]+)*$/,
    'not a registry, a namespace or a repository',
  )
  .max(255);
const repository = z.string().check((context) => {
  const parsed = readReference(context.value);
  if (parsed !== null && isNameOnly(parsed)) return;
  context.issues.push({ code: 'custom', message: 'not a repository', input: context.value });
});
const reference = z.string().check((context) => {
  const parsed = readReference(context.value);
  if (parsed !== null && !isNameOnly(parsed)) return;
  context.issues.push({ code: 'custom', message: 'not an image name with a tag or digest', input: context.value });
});

/** The field `signedIdentity` of a rule. */
export const signedIdentity = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.enum(['matchExact', 'matchRepoDigestOrExact', 'matchRepository']) }),
    z.strictObject({ type: z.literal('exactReference'), dockerReference: reference }),
    z.strictObject({ type: z.literal('exactRepository'), dockerRepository: repository }),
    z.strictObject({ type: z.literal('remapIdentity'), prefix, signedPrefix: prefix }),
  ])
  .describe('The name that a signature must say it was made for, as containers-policy.json(5) has it');

function readReference(text: string): Reference | null {
  try {
    return parseReference(text);
  } catch {
    return null;
  }
}

function isNameOnly({ tag, digest }: Reference): boolean {
  return tag === null && digest === null;
}

function nameOf({ registry, repository: path }: Reference): string {
  return `${registry}/${path}`;
}

function isSame(left: Reference, right: Reference): boolean {
  return nameOf(left) === nameOf(right) && left.tag === right.tag && left.digest === right.digest;
}

/** Next to a digest a tag is just text, and where neither is written the tag is `latest`. */
function intended(image: Reference): Reference {
  if (image.digest !== null) return { ...image, tag: null };
  return { ...image, tag: image.tag ?? 'latest' };
}

function matchesRepositoryDigestOrExact(image: Reference, signed: Reference): boolean {
  if (isNameOnly(signed)) return false;
  return image.digest === null ? isSame(image, signed) : nameOf(image) === nameOf(signed);
}

/** The image under the name that was signed; as it is where the prefix is not its own; null where that is no name. */
function remapped(image: Reference, from: string, to: string): Reference | null {
  const name = nameOf(image);
  if (name !== from && !name.startsWith(`${from}/`)) return image;
  const signedName = `${to}${name.slice(from.length)}`;
  const parsed = readReference(signedName);
  return parsed === null || nameOf(parsed) !== signedName ? null : { ...image, ...namePart(parsed) };
}

function namePart({ registry, repository: path }: Reference): Pick<Reference, 'registry' | 'repository'> {
  return { registry, repository: path };
}

/**
 * Whether evidence says that it was made for the image (containers/image, signature/policy_reference_match.go). What
 * names nothing, or what cannot be read, was not. In one point this takes more: a remapped signature may name no tag.
 * @param image the image as it is written, or under another name that it stands for
 */
export function isSignedFor(identity: SignedIdentity, evidence: Evidence, image: Reference): boolean {
  const signed = readReference(evidence.signedName ?? '');
  if (signed === null) return false;
  const wanted = intended(image);
  switch (identity.type) {
    case 'matchExact':
      return isSame(wanted, signed);
    case 'matchRepoDigestOrExact':
      return matchesRepositoryDigestOrExact(wanted, signed);
    case 'matchRepository':
      return nameOf(wanted) === nameOf(signed);
    case 'exactReference': {
      const named = readReference(identity.dockerReference);
      return named !== null && !isNameOnly(named) && isSame(named, signed);
    }
    case 'exactRepository': {
      const named = readReference(identity.dockerRepository);
      return named !== null && nameOf(named) === nameOf(signed);
    }
    case 'remapIdentity': {
      const other = remapped(wanted, identity.prefix, identity.signedPrefix);
      if (other === null) return false;
      // what cosign signs names no tag: under another name than the image's own the repository has to do
      if (isNameOnly(signed)) return nameOf(other) !== nameOf(wanted) && nameOf(other) === nameOf(signed);
      return matchesRepositoryDigestOrExact(other, signed);
    }
  }
}

/** What `identity` asks for, for people. */
export function describeSignedIdentity(identity: SignedIdentity, image: string): string {
  switch (identity.type) {
    case 'matchExact':
      return `a signature made for ${image}`;
    case 'matchRepoDigestOrExact':
      return `a signature made for ${image}, with its tag`;
    case 'matchRepository':
      return `a signature made for the repository of ${image}`;
    case 'exactReference':
      return `a signature made for ${identity.dockerReference}`;
    case 'exactRepository':
      return `a signature made for ${identity.dockerRepository}`;
    case 'remapIdentity':
      return `a signature made for ${image}, with ${identity.signedPrefix} for ${identity.prefix}, and with its tag`;
  }
}
