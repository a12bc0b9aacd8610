import type { Evidence } from '../../../model/index.ts';
import type { ClusterAttestation, ClusterAuthority, Unsupported } from '../../language/compiled/cluster-policy.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { type RegoOutcome, type RegoQuestion, regoKey } from '../../language/compiled/rego.ts';
import { relevantEvidence } from '../evidence/coverage.ts';
import type { DecideInput } from '../evidence/decide-input.ts';
import { matchingClusterPolicies } from './matching-cluster-policies.ts';

/**
 * The Rego modules that `decide` needs the outcomes of, in `DecideInput.rego`: those of the ClusterImagePolicies that are about
 * the image, each with every verified attestation of its type. Who made these is judged later.
 */
export function regoQuestions(input: Omit<DecideInput, 'rego'>, policies: PolicySet): readonly RegoQuestion[] {
  const attestations = policies.layers
    .flatMap((layer) => matchingClusterPolicies(layer.clusterPolicies, input.image.name))
    .flatMap(({ authorities }) => authorities.filter(({ unsupported }) => unsupported.length === 0))
    .flatMap((authority) => authority.attestations);
  const evidence = relevantEvidence(input.image, input.evidence).filter(({ verified }) => verified);
  const questions = attestations.flatMap((attestation) => {
    const { rego } = attestation;
    if (rego === undefined) return [];
    return evidence
      .filter((piece) => answersAttestation(attestation, piece))
      .map(({ statement }) => ({ key: regoKey(rego, statement), module: rego, statement }));
  });
  return [...new Map(questions.map((question) => [question.key, question])).values()];
}

/** Whether a piece of evidence is an attestation of the type that is asked for. */
export function answersAttestation({ predicateType }: ClusterAttestation, piece: Evidence): boolean {
  return piece.form === 'attestation' && piece.predicateType === predicateType;
}

/** What the module of an attestation makes of a piece of evidence. */
export function regoOutcome(input: DecideInput, module: string, piece: Evidence): RegoOutcome {
  const outcomes = input.rego ?? {};
  const key = regoKey(module, piece.statement);
  const outcome = Object.hasOwn(outcomes, key) ? outcomes[key] : undefined;
  return outcome ?? { kind: 'unknown', reason: 'it was not evaluated' };
}

interface OwnOutcome {
  readonly attestation: string;
  readonly outcome: RegoOutcome;
}

/** What the modules of an authority make of its own attestations. */
function outcomesOf(input: DecideInput, { attestations }: ClusterAuthority, own: readonly Evidence[]): OwnOutcome[] {
  return attestations.flatMap((attestation) => {
    const { rego, name } = attestation;
    if (rego === undefined) return [];
    const pieces = own.filter((piece) => answersAttestation(attestation, piece));
    return pieces.map((piece) => ({ attestation: name, outcome: regoOutcome(input, rego, piece) }));
  });
}

/** The modules of an authority that could not be evaluated about its own attestations. */
export function unknownRego(
  input: DecideInput,
  authority: ClusterAuthority,
  own: readonly Evidence[],
): readonly Unsupported[] {
  return outcomesOf(input, authority, own).flatMap(({ attestation, outcome }) =>
    outcome.kind === 'unknown'
      ? [{ field: `authority ${authority.name}, attestation ${attestation}`, reason: `Rego: ${outcome.reason}` }]
      : [],
  );
}

/** What the first module that refuses one of an authority's own attestations says, null where none refuses. */
export function regoRefusal(input: DecideInput, authority: ClusterAuthority, own: readonly Evidence[]): string | null {
  for (const { attestation, outcome } of outcomesOf(input, authority, own)) {
    if (outcome.kind !== 'refused') continue;
    const why = outcome.message === null ? '' : `: ${outcome.message}`;
    return `the Rego of ${attestation} does not find it compliant${why}`;
  }
  return null;
}
