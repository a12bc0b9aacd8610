import type { Evidence } from '../../../model/index.ts';
import type { ClusterAuthority, ClusterPolicy, Unsupported } from '../../language/compiled/cluster-policy.ts';
import type { ImageValidation } from '../../language/compiled/image-validation.ts';
import { type CelHostFunction, celMembers, evaluateCel } from '../../language/patterns/cel.ts';
import { covered, isByAuthority, type Pass } from '../evidence/authority-evidence.ts';
import { relevantEvidence } from '../evidence/coverage.ts';
import { isSignature } from '../evidence/image-signature.ts';
import type { JudgeContext } from '../evidence/judgement.ts';

/** What became of the validations of one policy. */
export interface ValidationOutcome {
  /** What could not be evaluated: then nothing else counts. */
  readonly unsupported: readonly Unsupported[];
  /** The evidence that attestors were found to have made. */
  readonly used: readonly Pass[];
  /** The first validation that is not true; null where all are. */
  readonly failed: ImageValidation['validations'][number] | null;
  /** Whether a signer was missed while not all that is attached could be seen. */
  readonly isPartial: boolean;
  /** Whether one that is true would not be if what does not verify here counted: it asks who has not signed, and others may be less strict. */
  readonly isDoubtful: boolean;
}

/** What counts as made by an attestor: what is proven, or also what may be, as far as can be told. */
type Counted = 'proven' | 'possible';

// Of these it is known whose they are not: nobody's whom a policy names.
const somebodyElses: ReadonlySet<string | undefined> = new Set(['unknown-signer', 'passed-over']);

function mayBeAnybodys({ verified, problem }: Evidence): boolean {
  return !verified && !somebodyElses.has(problem?.code);
}

/** Thrown within an expression for what cannot be evaluated here. Even where the expression catches it, the policy counts as not evaluated. */
class Beyond extends Error {}

/** One evaluation: what expressions asked for, and the answers. */
class Hearing {
  readonly beyond = new Set<string>();
  readonly used: Pass[] = [];
  isMissed = false;
  /** Whether a payload was asked for that no attestation holds: then the expression fails, whatever its result. */
  isAbsent = false;
  /** Attested statements by name of the attestation, each once. */
  readonly #statements = new Map<string, Map<string, unknown>>();
  readonly #context: JudgeContext;
  readonly #policy: ClusterPolicy;
  readonly #validation: ImageValidation;
  readonly #counted: Counted;

  constructor(context: JudgeContext, policy: ClusterPolicy, validation: ImageValidation, counted: Counted) {
    this.#context = context;
    this.#policy = policy;
    this.#validation = validation;
    this.#counted = counted;
  }

  get image(): string {
    return this.#context.input.image.name;
  }

  /** The functions of Kyverno's imageverify library that can be answered; any other is unbound, and so cannot be evaluated. */
  functions(): readonly CelHostFunction[] {
    return [
      {
        name: 'verifyImageSignatures',
        takes: ['string', 'list'],
        answers: 'int',
        call: (image, attestors) => this.#count(image, attestors, isSignature),
      },
      {
        name: 'verifyAttestationSignatures',
        takes: ['string', 'any', 'list'],
        answers: 'int',
        call: (image, attestation, attestors) => this.#countAttested(image, attestation, attestors),
      },
      {
        name: 'extractPayload',
        takes: ['string', 'any'],
        answers: 'any',
        call: (image, attestation) => this.#payload(image, attestation),
      },
    ];
  }

  #refuse(reason: string): never {
    this.beyond.add(reason);
    throw new Beyond(reason);
  }

  #authority(name: unknown): ClusterAuthority {
    const found = this.#policy.authorities.filter((authority) => authority.name === name);
    const [authority] = found;
    if (authority === undefined || found.length > 1)
      return this.#refuse('an attestor that is not one of spec.attestors');
    const [unsupported] = authority.unsupported;
    if (unsupported !== undefined) return this.#refuse(`${unsupported.field} (${unsupported.reason})`);
    return authority;
  }

  /** How many of the attestors have vouched for the image by evidence of this kind. */
  #count(image: unknown, attestors: unknown, isMeant: (piece: Evidence) => boolean): bigint {
    if (image !== this.image) return this.#refuse('another image than the one that is judged');
    const names = celMembers(attestors);
    if (names === null || names.length === 0) return this.#refuse('attestors that are no list');
    const pieces = relevantEvidence(this.#context.input.image, this.#context.input.evidence).filter(isMeant);
    let count = 0n;
    for (const authority of new Set(names.map((name) => this.#authority(name)))) {
      const own = pieces.filter((piece) => isByAuthority(this.#context, authority, piece));
      const pass = covered(this.#context, own);
      if (pass !== null) this.used.push(pass);
      else this.isMissed = true;
      const isPossible = own.length > 0 || pieces.some(mayBeAnybodys);
      if (pass !== null || (this.#counted === 'possible' && isPossible)) count += 1n;
    }
    return count;
  }

  #typeOf(attestation: unknown): { readonly name: string; readonly predicateType: string } {
    const name = typeof attestation === 'string' ? attestation : '';
    const known = Object.hasOwn(this.#validation.attestations, name) ? this.#validation.attestations[name] : undefined;
    if (known === undefined) return this.#refuse('an attestation that is not one of spec.attestations');
    if (known === null) return this.#refuse(`${name}: what is attached by referrer and signed for itself`);
    return { name, predicateType: known };
  }

  #countAttested(image: unknown, attestation: unknown, attestors: unknown): bigint {
    const { name, predicateType } = this.#typeOf(attestation);
    const before = this.used.length;
    const isMeant = (piece: Evidence): boolean => piece.form === 'attestation' && piece.predicateType === predicateType;
    const count = this.#count(image, attestors, isMeant);
    const known = this.#statements.get(name) ?? new Map<string, unknown>();
    for (const { statement } of this.used.slice(before).flatMap(({ evidence }) => evidence))
      known.set(JSON.stringify(statement), statement);
    this.#statements.set(name, known);
    return count;
  }

  #payload(image: unknown, attestation: unknown): unknown {
    const { name } = this.#typeOf(attestation);
    if (image !== this.image) return this.#refuse('another image than the one that is judged');
    const statements = [...(this.#statements.get(name)?.values() ?? [])];
    if (statements.length === 1) return statements[0];
    // nothing attested is a failure; which of several Kyverno would take is not known
    if (statements.length > 1) return this.#refuse(`${name}: several statements, of which one would be taken`);
    this.isMissed = true;
    this.isAbsent = true;
    throw new Beyond('nothing that is attested');
  }
}

/** The result of a field's expression. What cannot be evaluated here is added to `unsupported`, and then it is undefined. */
function heard(
  hearing: Hearing,
  { field, expression }: { readonly field: string; readonly expression: string },
  values: Readonly<Record<string, unknown>>,
  unsupported: Unsupported[],
): unknown {
  hearing.beyond.clear();
  hearing.isAbsent = false;
  const outcome = evaluateCel(expression, values, hearing.functions());
  if (hearing.beyond.size > 0) unsupported.push({ field, reason: [...hearing.beyond].join(', ') });
  else if (outcome.kind === 'beyond' && !hearing.isAbsent) unsupported.push({ field, reason: outcome.reason });
  return outcome.kind === 'value' && hearing.beyond.size === 0 && !hearing.isAbsent ? outcome.value : undefined;
}

interface Heard {
  readonly hearing: Hearing;
  readonly unsupported: readonly Unsupported[];
  /** What each validation came to; undefined where it failed. */
  readonly results: readonly unknown[];
}

function hear(context: JudgeContext, policy: ClusterPolicy, validation: ImageValidation, counted: Counted): Heard {
  const hearing = new Hearing(context, policy, validation, counted);
  const names = (list: readonly string[]): Readonly<Record<string, string>> =>
    Object.fromEntries(list.map((name) => [name, name]));
  const variables: Record<string, unknown> = {};
  const values = {
    images: Object.fromEntries(validation.lists.map((list) => [list, [hearing.image]])),
    attestors: names(policy.authorities.map(({ name }) => name)),
    attestations: names(Object.keys(validation.attestations)),
    variables,
  };
  const unsupported: Unsupported[] = [];
  for (const [index, each] of validation.references.entries()) {
    const field = `spec.matchImageReferences[${index}].expression`;
    if (each.kind === 'expression')
      heard(hearing, { field, expression: each.text }, { ref: hearing.image }, unsupported);
  }
  // each may read those before it
  for (const [index, { name, expression }] of validation.variables.entries())
    variables[name] = heard(hearing, { field: `spec.variables[${index}]`, expression }, values, unsupported);
  const results = validation.validations.map(({ expression }, index) =>
    heard(hearing, { field: `spec.validations[${index}]`, expression }, values, unsupported),
  );
  return { hearing, unsupported, results };
}

/**
 * Evaluates the validations of an ImageValidatingPolicy for one image, as Kyverno would in a resource that holds nothing but it. What
 * cannot be evaluated is named and never passes, also where an expression would have got by without it.
 */
export function judgeImageValidation(
  context: JudgeContext,
  policy: ClusterPolicy,
  validation: ImageValidation,
): ValidationOutcome {
  const { hearing, unsupported, results } = hear(context, policy, validation, 'proven');
  const failed = validation.validations.find((_, index) => results[index] !== true) ?? null;
  const isSure = unsupported.length > 0 || failed !== null || !hearing.isMissed;
  const possible = isSure ? [] : hear(context, policy, validation, 'possible').results;
  return {
    unsupported,
    used: hearing.used,
    failed,
    isPartial: hearing.isMissed && context.input.collectProblems.length > 0,
    isDoubtful: possible.includes(false),
  };
}
