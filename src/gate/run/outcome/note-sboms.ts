import type { Digest } from '../../../model/index.ts';
import { collectAttachments } from '../../../oci/index.ts';
import { type ImageNote, readImageNote, stateFolder } from '../../../records/index.ts';
import { noteImage } from '../../examine/examination/note-image.ts';
import { collectOptionsFor } from '../../examine/gather/collect-options.ts';
import { verifyCollected } from '../../examine/gather/verify-collected.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import type { BuildRun } from './audit-build.ts';
import { isRecorded } from './record-build.ts';

/** What is known so far of the SBOMs of images, by the image's digest. It grows while the builder works, without the build waiting for it. */
export type KnownSboms = Map<Digest, readonly Digest[]>;

/** What no part of the image is made of. */
const tools = new Set(['frontend', 'sbom-generator']);

function isTool({ use }: JudgedImage): boolean {
  return use.uses.length > 0 && use.uses.every(({ kind }) => tools.has(kind));
}

/** An image is asked about once: what was looked up in full needs no second look for the same platforms. */
function isSettled(note: ImageNote | null, platforms: readonly { readonly digest: Digest }[]): boolean {
  return note !== null && note.problem === null && platforms.every(({ digest }) => Object.hasOwn(note.layers, digest));
}

async function noteOne({ pipeline }: BuildRun, image: JudgedImage): Promise<ImageNote | null> {
  const { use, resolved, client } = image;
  if (resolved === null || client === null) return null;
  const known = await readImageNote(stateFolder(pipeline.session.environment), resolved.root.digest);
  if (isSettled(known, resolved.platforms)) return known;
  const attached = await collectAttachments(
    client,
    resolved,
    collectOptionsFor(pipeline.policies, use.name, { everything: true }),
  );
  const { evidence, collected } = await verifyCollected(pipeline, attached, resolved.root.digest);
  const resolution = { kind: 'resolved', image: resolved, client, tagDigest: null, failure: image.failure } as const;
  const gathered = { use, resolution, evidence, collected, sboms: [] };
  return await noteImage(pipeline.session, resolved.root.digest, gathered);
}

/**
 * Begins to look for the SBOMs of the images, while the builder works: the build neither waits for it nor fails by it. What is not
 * there when the build ends is looked up when it is needed. Nothing is looked up where nothing is recorded.
 */
export function beginSboms(run: BuildRun, images: readonly JudgedImage[], found: KnownSboms): void {
  if (!isRecorded(run) || run.plan.callOrCheck !== null) return;
  for (const image of images) {
    const digest = image.resolved?.root.digest;
    if (digest === undefined || isTool(image) || found.has(digest)) continue;
    found.set(digest, []);
    noteOne(run, image).then(
      (note) => found.set(digest, [...new Set((note?.sboms ?? []).map((sbom) => sbom.digest))]),
      () => undefined,
    );
  }
}
