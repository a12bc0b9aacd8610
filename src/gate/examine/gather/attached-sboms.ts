import {
  type Attachment,
  type Digest,
  type Evidence,
  failure,
  parseReference,
  type Result,
  type Signer,
  success,
  VerifyError,
} from '../../../model/index.ts';
import { bounds, type CollectProblem, type ImageSource, isUnseen, problemKind } from '../../../oci/index.ts';
import { envelopePayload, readInTotoStatement } from '../../../signature/index.ts';
import type { GatheredImage } from './gather-image.ts';
import { isSbom, vouchesForIndex } from './index-sboms.ts';
import type { NameResolution } from './resolve-use.ts';
import { isSoleCarrier, predicateIn } from './unsigned-statement.ts';

/** An SBOM of an image, from whatever carries it: its own index, an attestation, or a referrer that holds it as it is. */
export interface AttachedSbom {
  /** As it is carried: bare, or as an in-toto statement that names the subject. */
  readonly bytes: Buffer;
  /** The image, or one of its platforms. */
  readonly subject: Digest;
  readonly trust: 'signed' | 'unsigned';
  /** Who signed it, or what holds it. */
  readonly signer: Signer | null;
}

/** All SBOMs of an image, and what keeps more from being known. */
export interface AttachedSboms {
  readonly sboms: readonly AttachedSbom[];
  /** What was found and cannot be read; asking again would not help. */
  readonly faults: readonly string[];
  /** What could not be looked up; null where everything could. */
  readonly problem: string | null;
}

type Resolved = Extract<NameResolution<ImageSource>, { kind: 'resolved' }>;
type Reading = Result<AttachedSbom> | null;

/** More SBOMs than an image has in practice. */
const mostSboms = 100;

/** Problems of an attested SBOM that is a fault, and must not be read as an unsigned one. */
const broken = new Set(['invalid-signature', 'malformed', 'too-large', 'unsupported']);

function isAttestedSbom({ form, predicateType }: Evidence): boolean {
  return form === 'attestation' && isSbom(predicateType);
}

/** Whose signature covers exactly this content. */
function signerOfContent(evidence: readonly Evidence[], subject: Digest, predicate: unknown): Evidence | undefined {
  const text = JSON.stringify(predicate);
  return evidence.find(
    (piece) =>
      piece.verified &&
      isAttestedSbom(piece) &&
      piece.subject === subject &&
      JSON.stringify((piece.statement as { readonly predicate?: unknown } | null)?.predicate) === text,
  );
}

async function readAttested(attachment: Attachment, evidence: readonly Evidence[]): Promise<Reading> {
  const { manifest, subject, vouchesFor } = attachment;
  const bytes = vouchesFor === null ? envelopePayload(attachment) : null;
  const content = bytes === null ? null : await readInTotoStatement(bytes, subject);
  if (bytes === null || content === null || !isSbom(content.predicateType)) return null;
  const signed = signerOfContent(evidence, subject, content.predicate);
  if (signed !== undefined) return success({ bytes, subject, trust: 'signed', signer: signed.signer });
  const refused = evidence.find((piece) => piece.manifest === manifest && broken.has(piece.problem?.code ?? ''));
  if (refused !== undefined)
    return failure(`an attested SBOM does not verify: ${refused.problem?.message ?? 'it is broken'}`);
  return success({ bytes, subject, trust: 'unsigned', signer: null });
}

/**
 * Whose signature speaks for an SBOM in the index: one on the index itself, or on the only attestation manifest that is about the
 * platform. A signature on the platform's own manifest says nothing of it.
 */
function signerInIndex(
  { image }: Resolved,
  gathered: GatheredImage<ImageSource>,
  subject: Digest,
  alone: boolean,
): Signer | null {
  const vouching = gathered.evidence.filter(vouchesForIndex).find((piece) => {
    if (piece.form === 'buildkit-attestation') return alone && piece.subject === subject;
    return piece.subject === image.root.digest && image.root.digest !== subject;
  });
  return vouching?.signer ?? null;
}

async function readUnsigned(
  source: ImageSource,
  resolution: Resolved,
  gathered: GatheredImage<ImageSource>,
  statement: GatheredImage['collected']['unsigned'][number],
): Promise<Reading> {
  const { subject, layer } = statement;
  const { image } = resolution;
  const listed = new Set(image.children.map(({ digest }) => digest));
  const bytes = await source.blob(parseReference(image.name), layer, bounds.attestation);
  // an SBOM may be attached as it is, in no statement
  if (/in-toto/.test(layer.mediaType) && (await predicateIn(bytes, statement)) === null)
    return failure(`the SBOM ${layer.digest} is no statement about ${subject}`);
  if (!listed.has(statement.manifest)) return success({ bytes, subject, trust: 'unsigned', signer: null });
  const inIndex = gathered.collected.unsigned.filter(({ manifest }) => listed.has(manifest));
  const signer = signerInIndex(resolution, gathered, subject, isSoleCarrier(inIndex, subject));
  return success({ bytes, subject, trust: signer === null ? 'unsigned' : 'signed', signer });
}

function describe({ location, error }: Pick<CollectProblem, 'location' | 'error'>): string {
  return `${location}: ${error.message}`;
}

function problemOfSbom(error: unknown, document: Digest, manifest: Digest): CollectProblem {
  if (!(error instanceof VerifyError)) throw error;
  return { error, subject: manifest, location: `SBOM ${document}` };
}

/** Reads every SBOM of a gathered image; `everything` must have been gathered. Never throws for what a registry does. */
export async function readAttachedSboms(gathered: GatheredImage<ImageSource>): Promise<AttachedSboms> {
  const { resolution, collected, evidence } = gathered;
  if (resolution.kind === 'unresolved') return { sboms: [], faults: [], problem: resolution.failure.message };
  const { client, failure } = resolution;
  if (client === null) {
    return { sboms: [], faults: [], problem: failure?.message ?? 'it lies in the local store alone' };
  }
  const unsigned = collected.unsigned.filter(({ predicateType }) => isSbom(predicateType)).slice(0, mostSboms);
  const failures: CollectProblem[] = [];
  const readings = await Promise.all([
    ...collected.attachments.map((attachment) => readAttested(attachment, evidence)),
    ...unsigned.map((statement) =>
      readUnsigned(client, resolution, gathered, statement).catch((error: unknown): Reading => {
        failures.push(problemOfSbom(error, statement.layer.digest, statement.manifest));
        return null;
      }),
    ),
  ]);
  const problems = [...collected.problems.filter(isUnseen), ...failures];
  const lasting = problems.filter((problem) => problemKind(problem) === 'lasting');
  const passing = problems.filter((problem) => !lasting.includes(problem));
  return {
    sboms: readings.flatMap((reading) => (reading?.ok === true ? [reading.value] : [])),
    faults: [
      ...readings.flatMap((reading) => (reading?.ok === false ? [reading.reason] : [])),
      ...lasting.map(describe),
    ],
    problem: passing.length === 0 ? null : passing.map(describe).join('; '),
  };
}
