import { type Digest, type Evidence, parseReference, type ResolvedImage, VerifyError } from '../../../model/index.ts';
import { bounds, type Collected, type CollectProblem, type ImageSource } from '../../../oci/index.ts';
import { limitsPackages, type PolicySet } from '../../../policy/index.ts';
import { isSoleCarrier, predicateIn } from './unsigned-statement.ts';

/** An SBOM inside an image's own index, which is worth what a signature on the index or on its manifest is worth. */
export interface IndexSbom {
  /** The platform manifest that it is about. */
  readonly subject: Digest;
  /** The in-toto predicate, parsed; null where the statement cannot be read, or is about something else. */
  readonly predicate: unknown;
  /** Whether only one attestation manifest of the index is about that platform, so that a signature for it can mean no other. */
  readonly alone: boolean;
}

/** What could be read of them, and what could not. */
export interface IndexSboms {
  readonly sboms: readonly IndexSbom[];
  readonly problems: readonly CollectProblem[];
}

const sbomType =
  /^(?:https:\/\/(?:spdx\.dev\/Document|cyclonedx\.org\/bom|syft\.dev\/bom)(?:\/|$)|application\/vnd\.syft\+json$)/;
const mostSboms = 100;
const none: IndexSboms = { sboms: [], problems: [] };

/** Whether an in-toto predicate of this type lists packages. */
export function isSbom(predicateType: string | null): boolean {
  return sbomType.test(predicateType ?? '');
}

/** Whether a verified signature is about the whole index, or about the attestation manifest of a platform. */
export function vouchesForIndex({ verified, form }: Evidence): boolean {
  return verified && form !== 'attestation';
}

/**
 * The SBOMs that BuildKit put into the image's index, about the platforms asked for. Read only where a rule for this image
 * limits packages and some signature on the image has verified: whether its signer is trusted is asked later.
 */
export async function readIndexSboms(
  policies: PolicySet,
  source: ImageSource,
  image: ResolvedImage,
  evidence: readonly Evidence[],
  { unsigned }: Collected,
): Promise<IndexSboms> {
  if (!limitsPackages(policies, image.name) || !evidence.some(vouchesForIndex)) return none;
  const listed = new Set(image.children.map(({ digest }) => digest));
  const inIndex = unsigned.filter(({ manifest }) => listed.has(manifest));
  const sboms = inIndex.filter(({ predicateType }) => isSbom(predicateType));
  if (sboms.length > mostSboms) {
    const error = new VerifyError('registry.untrustworthy', `its index holds more than ${mostSboms} SBOMs`);
    return { sboms: [], problems: [{ error, subject: image.root.digest, location: 'SBOMs in the index' }] };
  }
  const read = sboms.map(async (statement): Promise<IndexSboms> => {
    const { subject, manifest, layer } = statement;
    try {
      const bytes = await source.blob(parseReference(image.name), layer, bounds.attestation);
      const predicate = await predicateIn(bytes, statement);
      const alone = isSoleCarrier(inIndex, subject);
      return { sboms: [{ subject, predicate: predicate?.value ?? null, alone }], problems: [] };
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      return { sboms: [], problems: [{ error, subject: manifest, location: `SBOM ${layer.digest}` }] };
    }
  });
  const parts = await Promise.all(read);
  return { sboms: parts.flatMap((part) => part.sboms), problems: parts.flatMap((part) => part.problems) };
}
