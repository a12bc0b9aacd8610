import { packageChanges, supportOfImage, withDistribution } from '../../../advice/index.ts';
import { operandsOf } from '../../../invocation/index.ts';
import {
  type ComparedImage,
  type Evidence,
  type ImageComparison,
  type ImagePackages,
  type ImageUse,
  type Signer,
  VerifyError,
} from '../../../model/index.ts';
import { isUnseen } from '../../../oci/index.ts';
import { judgeGathered } from '../../examine/examination/examine-image.ts';
import { packagesOfGathered } from '../../examine/examination/packages-of-image.ts';
import { gatherImage } from '../../examine/gather/gather-image.ts';
import { bytesByPlatform } from '../../examine/gather/image-bytes.ts';
import { imageFactsFor } from '../../examine/gather/image-facts.ts';
import { traceImage } from '../../examine/judge/image-lineage.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { Session } from '../../session/session.ts';
import { withPipeline } from '../../session/with-pipeline.ts';
import { onlyImages } from './operands.ts';

interface Side {
  readonly image: ComparedImage;
  readonly packages: ImagePackages;
  readonly diffIds: readonly string[];
  /** What is attached and could not be looked at. */
  readonly unseen: readonly string[];
}

/** What can be said of signatures: that there is none only where everything could be looked at. */
function signedOf(
  signer: Signer | null,
  evidence: readonly Evidence[],
  unseen: readonly string[],
): ComparedImage['signed'] {
  if (signer !== null) return 'verified';
  if (unseen.length > 0) return 'unknown';
  return evidence.some(({ form }) => form !== 'attestation') ? 'unverified' : 'unsigned';
}

async function lookAt(pipeline: Pipeline, use: ImageUse): Promise<Side> {
  const gathered = await gatherImage(pipeline, use, { everything: true });
  const { resolution } = gathered;
  if (resolution.kind === 'unresolved') throw resolution.failure;
  const { image, client } = resolution;
  const [platform = ''] = use.platforms;
  const [examined, packages, facts] = await Promise.all([
    judgeGathered(pipeline, gathered, null),
    packagesOfGathered(pipeline, gathered, traceImage(pipeline, gathered)),
    imageFactsFor(gathered, platform),
  ]);
  const { decision, evidence } = examined;
  const today = pipeline.session.now().toISOString().slice(0, 10);
  const purls = packages.packages.map(({ purl }) => purl);
  const trusted = evidence.filter((piece, index) => piece.verified && decision.satisfiedBy.includes(index));
  const signed = [...trusted, ...evidence.filter(({ verified, form }) => verified && form !== 'attestation')];
  const diffIds = facts?.diffIds ?? [];
  const signer = signed.find((piece) => piece.signer !== null)?.signer ?? null;
  const unseen = gathered.collected.problems
    .filter(isUnseen)
    .map(({ location, error }) => `${location}: ${error.message}`);
  return {
    packages,
    diffIds,
    unseen,
    image: {
      name: use.name,
      digest: image.root.digest,
      signed: signedOf(signer, evidence, unseen),
      signer,
      status: decision.status,
      bytes: client === null ? {} : await bytesByPlatform(client, image),
      layers: diffIds.length,
      support: withDistribution(supportOfImage(use.name, today), purls, today),
      packages: packages.trust === 'none' ? null : packages.packages.length,
    },
  };
}

function inCommon(left: readonly string[], right: readonly string[]): number {
  const end = left.findIndex((layer, index) => layer !== right[index]);
  return end < 0 ? left.length : end;
}

function unknownOf({ image, packages, unseen }: Side): readonly string[] {
  const none = packages.trust === 'none' ? [`what is inside ${image.name}: no SBOM is attached`] : [];
  const signatures = unseen.map((problem) => `what is attached to ${image.name}: ${problem}`);
  return [...signatures, ...none, ...packages.problems.map((problem) => `${image.name}: ${problem}`)];
}

/**
 * Two images side by side: who signed them, how large they are, what they have in common, and what is inside.
 * @throws VerifyError `usage.invalid`; also where one of them cannot be looked up
 */
export async function compare(session: Session, args: readonly string[]): Promise<ImageComparison> {
  const uses = onlyImages(args, session, 'compare', 'name two images');
  const [one, other, ...more] = uses;
  if (one === undefined || other === undefined || more.length > 0) {
    const operands = operandsOf(args);
    const isSame = uses.length === 1 && operands.length > 1;
    const found = isSame ? `and ${operands.join(' and ')} are the same` : `found ${uses.length}`;
    throw new VerifyError('usage.invalid', `compare takes two images, ${found}`, {
      hint: 'docker verify compare node:22 node:22-slim',
    });
  }
  const { workingDirectory } = session.environment;
  return await withPipeline(
    session,
    { projectFrom: workingDirectory, localImages: false, allRoots: true },
    async (pipeline) => {
      const [left, right] = await Promise.all([lookAt(pipeline, one), lookAt(pipeline, other)]);
      const isKnown = left.image.packages !== null && right.image.packages !== null;
      return {
        images: [left.image, right.image],
        layersInCommon: inCommon(left.diffIds, right.diffIds),
        packages: isKnown ? packageChanges(left.packages.packages, right.packages.packages) : null,
        unknown: [...unknownOf(left), ...unknownOf(right)],
      };
    },
  );
}
