import type { Evidence, Signer } from '../../../model/index.ts';
import type { PolicyLayer } from '../../language/compiled/policy-set.ts';
import { matchesImage } from '../../language/patterns/image-pattern.ts';
import type { JudgeContext } from '../evidence/judgement.ts';

/** The signer as an entry of `signedBy`, in YAML that fits one line; null where its authority would have to be named too. */
function entryOf(signer: Signer): string | null {
  switch (signer.kind) {
    case 'keyless':
      return `{keyless: {issuer: ${JSON.stringify(signer.issuer)}, identity: ${JSON.stringify(signer.identity)}}}`;
    case 'key':
    case 'certificate':
      return null;
  }
}

/** The one proven signer. Null where there is none, and where there are several, since only the reader knows which is meant. */
function provenEntry(evidence: readonly Evidence[]): string | null {
  const entries = evidence.flatMap(({ verified, form, signer }) =>
    verified && form !== 'attestation' && signer !== null ? [entryOf(signer)] : [],
  );
  const [entry, ...others] = new Set(entries);
  return others.length > 0 ? null : (entry ?? null);
}

/** Whether something on the image may tell who made it, so that a person should look before the image is locked as it is. */
function isSpokenFor(evidence: readonly Evidence[]): boolean {
  return evidence.some(({ form }) => form !== 'attestation');
}

/**
 * What to add under `rules` for an image that no rule matches: by its signer where one is proven, else by its digest. The YAML comes
 * last, so that it can be pasted as it stands, on one line or broken over several.
 */
export function ruleToPaste({ names, input }: JudgeContext): string {
  const images = `images: [${JSON.stringify(names[0]?.repository ?? input.image.name)}]`;
  const entry = provenEntry(input.evidence);
  const first = isSpokenFor(input.evidence)
    ? `see first who signed it: docker verify inspect ${input.image.name}; to take it at its digest all the same, add`
    : 'add';
  return entry === null
    ? `${first} under rules, then run docker verify lock: - {${images}, locked: true}`
    : `if its signer is who you mean, add under rules: - {${images}, signedBy: [${entry}]}`;
}

/** What is wrong with a rule that would match if its `*` crossed slashes; null where there is none. */
export function stoppedGlob({ names }: JudgeContext, layers: readonly PolicyLayer[]): string | null {
  for (const { images, written, label, line, policy } of layers.flatMap(({ rules }) => rules)) {
    const at = images.findIndex((pattern) => {
      const repository = pattern.repository.replace(/(?<!\*)\*(?!\*)/g, '**');
      return names.some((name) => matchesImage({ ...pattern, repository }, name));
    });
    if (at < 0) continue;
    const place = line === null ? policy : `${policy}:${line}`;
    const glob = written[at] ?? images[at]?.repository ?? '';
    return `"${glob}" of rule ${label} (${place}) stops at a slash: write ** for what is below it`;
  }
  return null;
}
