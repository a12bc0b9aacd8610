import { type ConvertedRule, distinctSigners } from './converted-policy.ts';
import { patternsMeet } from './pattern-overlap.ts';

/** What a policy in which everything that covers an image is asked asks of the images that it covers. */
export interface Demand {
  readonly name: string;
  readonly images: readonly string[];
  readonly isEnforced: boolean;
  /** Null where attestations with signers of their own are all that is asked for; empty where no signer is trusted. */
  readonly signedBy: readonly object[] | null;
  readonly threshold: number;
  readonly attestations: readonly { readonly type: string; readonly signedBy?: readonly object[] }[];
  readonly digest: boolean;
  /** Where signatures are kept, if not beside the image. */
  readonly repository: string | null;
  readonly comments: readonly string[];
}

const mostEntries = { signers: 100, attestations: 50 };

/**
 * Demands as rules, of which the first that matches decides. One that is only audited never refuses, and comes after
 * those that are enforced; one that others behind it meet asks for what they ask as well.
 */
export function orderDemands(demands: readonly Demand[], mode: 'enforce' | 'warn'): readonly ConvertedRule[] {
  const inOrder = [...demands.filter((one) => one.isEnforced), ...demands.filter((one) => !one.isEnforced)];
  return inOrder.map((demand, index) => {
    const behind = demand.isEnforced
      ? inOrder.slice(index + 1).filter((one) => one.isEnforced && meet(demand, one))
      : [];
    return ruleOf(behind.reduce(both, demand), mode);
  });
}

function meet(one: Demand, other: Demand): boolean {
  return one.images.some((left) => other.images.some((right) => patternsMeet(left, right)));
}

/** Everything that either asks for, of the images of the first. */
function both(one: Demand, other: Demand): Demand {
  const comments = [
    ...one.comments,
    `${one.name}: what ${other.name} asks for is asked for too: both cover the same images`,
  ];
  const digest = one.digest || other.digest;
  const attestations = distinctSigners([...one.attestations, ...other.attestations]) as Demand['attestations'];
  const merged = { ...one, comments, digest, attestations };
  const places = [one, other].filter(({ signedBy }) => signedBy !== null).map(({ repository }) => repository);
  if (new Set(places).size > 1)
    return trustingNoSigner(merged, `${one.name}: their signatures are kept in different repositories`);
  const { signedBy, threshold } = bothSigned(one, other);
  if ((signedBy?.length ?? 0) > mostEntries.signers || attestations.length > mostEntries.attestations)
    return trustingNoSigner(merged, `${one.name}: together they ask for more than a rule can say`);
  return { ...merged, signedBy, threshold, repository: places[0] ?? null };
}

function trustingNoSigner(demand: Demand, reason: string): Demand {
  const comments = [...demand.comments, `${reason}: the rule trusts no signer until you name one`];
  return { ...demand, signedBy: [], threshold: 1, attestations: [], repository: null, comments };
}

/** All signers of both, unless both ask for the same. */
function bothSigned(one: Demand, other: Demand): Pick<Demand, 'signedBy' | 'threshold'> {
  const [left, right] = [one.signedBy, other.signedBy];
  if (left === null || right === null) {
    const said = left === null ? other : one;
    // what an attestation without signers of its own rests on must not become more
    return { signedBy: said.signedBy, threshold: said.threshold };
  }
  if (left.length === 0 || right.length === 0) return { signedBy: [], threshold: 1 };
  if (JSON.stringify([left, one.threshold]) === JSON.stringify([right, other.threshold])) return one;
  const signedBy = distinctSigners([...left, ...right]);
  return { signedBy, threshold: signedBy.length };
}

function ruleOf(demand: Demand, mode: 'enforce' | 'warn'): ConvertedRule {
  const { name, images, signedBy, threshold, digest, repository, comments } = demand;
  const isRefused = signedBy !== null && signedBy.length === 0;
  const attestations = isRefused ? [] : demand.attestations;
  const require = { ...(attestations.length === 0 ? {} : { attestations }), ...(digest ? { digest } : {}) };
  const own = demand.isEnforced ? 'enforce' : 'warn';
  return {
    rule: {
      name,
      images,
      ...(signedBy === null ? {} : { signedBy }),
      ...(threshold > 1 && !isRefused ? { threshold } : {}),
      ...(Object.keys(require).length === 0 ? {} : { require }),
      ...(own === mode ? {} : { mode: own }),
      ...(repository === null ? {} : { signatures: { repository } }),
    },
    comments,
  };
}
