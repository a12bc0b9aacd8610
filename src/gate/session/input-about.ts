import type { Digest, Evidence, TrustedRootSource } from '../../model/index.ts';
import type { DecideInput } from '../../policy/index.ts';
import type { Session } from './session.ts';

/** Something signed that is no image of a build: a bundle of a policy, a file of a release. */
export interface SignedSubject {
  readonly name: DecideInput['image']['name'];
  readonly digest: Digest;
}

/** What a policy decides about such a subject by: its signatures alone. */
export function inputAbout(
  session: Session,
  { name, digest }: SignedSubject,
  evidence: readonly Evidence[],
  roots: readonly TrustedRootSource[],
): DecideInput {
  return {
    image: { name, digest, platforms: [], tagDigest: null, onlyLocal: false, localShadow: null, created: null },
    evidence,
    collectProblems: [],
    trustedRoots: roots.map(({ id, layer, source }) => ({ id, layer, source })),
    lineage: null,
    packages: null,
    now: session.now().toISOString(),
  };
}
