import { failure, type Result, success } from '../../model/index.ts';
import { predicateTypesOf } from '../language/patterns/predicate-type.ts';
import type { ConvertedPolicy, ConvertedRule } from './converted-policy.ts';
import { convertAttestors } from './kyverno-attestors.ts';
import { imagePatternsOf } from './kyverno-pattern.ts';
import type { AttestorSets, KyvernoAttestation, KyvernoDocument, KyvernoImage } from './kyverno-schema.ts';
import { type Demand, orderDemands } from './order-demands.ts';

export { kyvernoSchema } from './kyverno-schema.ts';

/**
 * Each `verifyImages` entry becomes a rule. There every entry that covers an image is asked, here the first rule alone:
 * an entry that others meet asks for what they ask too. Where our language has nothing that is as strict, the rule
 * trusts no signer and says so. An image that no entry covers is not judged, neither by Kyverno nor here.
 */
export function convertKyverno(documents: readonly KyvernoDocument[]): ConvertedPolicy {
  const comments: string[] = ['Which resources a rule matched has no equal: here every image of a build is judged.'];
  const demands: Demand[] = [];
  const dropped: ConvertedRule[] = [];
  for (const document of documents) {
    for (const rule of document.spec.rules) {
      if (rule.verifyImages === undefined) comments.push(`rule "${rule.name}" verifies no images, and has no equal`);
      for (const [index, one] of (rule.verifyImages ?? []).entries()) {
        const name = index === 0 ? rule.name : `${rule.name}-${index + 1}`;
        const demand = demandOf(name, one, enforces(document, one));
        if (demand.ok) demands.push(demand.value);
        else dropped.push({ rule: null, comments: [`${name}: ${demand.reason}`] });
      }
    }
  }
  const isEnforced = demands.some((demand) => demand.isEnforced);
  const mode = isEnforced || demands.length === 0 ? 'enforce' : 'warn';
  const rules = [...orderDemands(demands, mode), ...dropped];
  return { from: 'Kyverno verifyImages', comments, settings: { mode }, rules };
}

/** An action of its own comes before the policy's; one of a namespace may enforce what the policy audits. */
function enforces({ spec }: KyvernoDocument, { failureAction }: KyvernoImage): boolean {
  const overrides = (spec.validationFailureActionOverrides ?? []).map(({ action }) => action ?? '');
  const said = failureAction === undefined ? [spec.validationFailureAction ?? 'Audit', ...overrides] : [failureAction];
  return said.some((action) => action.toLowerCase() === 'enforce');
}

function demandOf(name: string, one: KyvernoImage, isEnforced: boolean): Result<Demand> {
  const references = [...(one.imageReferences ?? []), ...(one.image === undefined ? [] : [one.image])];
  if (references.length === 0) return failure('it names no images');
  const images = [...new Set(references.flatMap(imagePatternsOf))];
  if (images.length === 0) return failure(`no image has such a name: ${references.join(', ')}`);
  const comments: string[] = [];
  if ((one.skipImageReferences ?? []).length > 0)
    comments.push(
      `skipImageReferences has no equal; put a rule of its own for ${one.skipImageReferences?.join(', ') ?? ''} before this one`,
    );
  const said = asked(one, comments);
  const digest = one.mutateDigest === false && one.verifyDigest !== false;
  const [repository = null] = repositoriesOf(one);
  const base = { name, images, isEnforced, digest, repository };
  const named = (text: string): string => `${name}: ${text}`;
  if ('reasons' in said)
    return success({
      ...base,
      signedBy: [],
      threshold: 1,
      attestations: [],
      comments: [...comments, `${said.reasons.join('; ')}: the rule trusts no signer until you name one`].map(named),
    });
  return success({ ...base, ...said, comments: comments.map(named) });
}

type Asked = Pick<Demand, 'signedBy' | 'threshold' | 'attestations'>;

function asked(one: KyvernoImage, comments: string[]): Asked | { readonly reasons: readonly string[] } {
  const unsaid = problemOf(one);
  if (unsaid !== null) return { reasons: [unsaid] };
  const sets = [...(one.attestors ?? []), ...legacySets(one)];
  const attestations = one.attestations ?? [];
  // without any attestors attestations alone are asked for
  const isSigned = sets.length > 0 || attestations.length === 0;
  const signers = isSigned ? convertAttestors(sets, 'each', comments) : { signedBy: null, threshold: 1 };
  if (!('threshold' in signers)) return { reasons: signers };
  const converted = attestations.map((attestation) =>
    convertAttestation(attestation, signers.signedBy ?? [], comments),
  );
  const reasons = converted.flatMap((found) => ('reasons' in found ? found.reasons : []));
  if (reasons.length > 0) return { reasons };
  return { ...signers, attestations: converted.flatMap((found) => ('asked' in found ? found.asked : [])) };
}

/** What a whole entry asks for that our language has no word for. */
function problemOf(one: KyvernoImage): string | null {
  if (one.type?.toLowerCase() === 'notary') return 'certificates (type: Notary) have no equal: name another signer';
  if (Object.keys(one.annotations ?? {}).length > 0) return 'annotations have no equal';
  if (Object.keys(one.additionalExtensions ?? {}).length > 0)
    return 'additionalExtensions outside of keyless have no equal: say them as claims';
  if ((one.roots ?? '') !== '') return 'roots of your own have no equal: name a trusted root, trustedRoot: FILE';
  if (repositoriesOf(one).length > 1)
    return 'signatures that are kept in several repositories have no equal: write a rule for each, with signatures: {repository}';
  return one.validate?.deny === undefined ? null : 'conditions across attestations (validate) have no equal';
}

/** Where its signatures are kept, each place once: an attestor's own comes before the entry's; null is beside the image. */
function repositoriesOf(one: KyvernoImage): readonly (string | null)[] {
  const sets = [...(one.attestors ?? []), ...(one.attestations ?? []).flatMap(({ attestors }) => attestors ?? [])];
  const own = sets.flatMap(({ entries }) => entries ?? []).map(({ repository }) => repository);
  const places = own.length === 0 ? [undefined] : own;
  return [...new Set(places.map((place) => place || one.repository || null))];
}

function legacySets(one: KyvernoImage): AttestorSets {
  if (one.key !== undefined && one.key !== '') return [{ entries: [{ keys: { publicKeys: one.key } }] }];
  if (one.issuer === undefined || one.issuer === '') return [];
  return [{ entries: [{ keyless: { issuer: one.issuer, subject: one.subject } }] }];
}

/** What is asked of one attestation, once for each signer that is needed. */
function convertAttestation(
  attestation: KyvernoAttestation,
  signers: readonly object[],
  comments: string[],
): { readonly asked: Demand['attestations'] } | { readonly reasons: readonly string[] } {
  const type = attestation.type || (attestation.predicateType ?? '');
  const meant = predicateTypesOf(type);
  // a short name of ours stands for more than the one type that was compared there
  if (meant === null || meant.length !== 1 || meant[0] !== type)
    return { reasons: [`an attestation of type "${type}" has no equal`] };
  if ((attestation.conditions ?? []).length > 0)
    return { reasons: [`conditions on ${type} have no equal but where: {builder, sourceRepository}`] };
  const own = attestation.attestors ?? [];
  if (own.length === 0) {
    // there any certificate of public Sigstore sufficed, and no key
    const keyless = signers.filter((signer) => 'keyless' in signer);
    return keyless.length > 0
      ? { asked: [{ type, signedBy: keyless }] }
      : { reasons: [`no keyless signer of ${type} is named`] };
  }
  const converted = convertAttestors(own, 'first', comments);
  if (!('threshold' in converted)) return { reasons: converted };
  const { signedBy, threshold } = converted;
  if (threshold === 1) return { asked: [{ type, signedBy }] };
  if (threshold < signedBy.length)
    comments.push(`of the signers of its ${type} attestation ${threshold} sufficed; here all are asked for`);
  return { asked: signedBy.map((signer) => ({ type, signedBy: [signer] })) };
}
