import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createPrivateFolder, removeUnnamedImage } from '../../../builder/index.ts';
import type { ImageContents } from '../../../inventory/index.ts';
import {
  type BuildRecord,
  type Digest,
  isVerifyError,
  type Rebuild,
  type Report,
  VerifyError,
} from '../../../model/index.ts';
import { comparePlatforms, weakestOf } from '../../run/outcome/compare-platforms.ts';
import { type ImageSearch, openLayoutContents, openOriginal, saveContents } from '../../run/outcome/original-image.ts';
import type { BuildEnd, BuildRequest } from '../../run/plan/build-request.ts';
import { programsFor, readyBuilder } from '../../run/plan/builder-readiness.ts';
import { type AdmittedRecord, admitForeign } from '../../run/plan/foreign-record.ts';
import { missingFrom, rebuildArguments } from '../../run/plan/rebuild-plan.ts';
import { fetchSources, Missing } from '../../run/plan/rebuild-sources.ts';
import { localEngine } from '../../session/local-engine.ts';
import { openRegistries } from '../../session/registries.ts';
import type { Session } from '../../session/session.ts';
import { build } from '../builds/build.ts';
import { findRecord } from './records.ts';

/** How a rebuild ended: with a comparison, or before it by the policies (or the audit). */
export type RebuildEnd =
  | { readonly kind: 'compared'; readonly rebuild: Rebuild }
  | { readonly kind: 'refused'; readonly rebuild: Rebuild; readonly end: BuildEnd };

/** The digests that images had when the record was made, by name. */
function recordedDigests({ images }: BuildRecord): ReadonlyMap<string, Digest> {
  return new Map(images.flatMap(({ name, digest }) => (digest === null ? [] : [[name, digest] as const])));
}

/** Goes no further where an image is not the recorded one: what comes out would say nothing about the record. */
function refuseOtherImages(held: ReadonlyMap<string, Digest>, { images }: Report): void {
  const others = images.flatMap(({ name, digest }) => {
    const wanted = held.get(name);
    if (wanted === undefined) return [`${name}: the record does not name it`];
    return digest === wanted ? [] : [`${name} at ${wanted}: it is not to be had any more`];
  });
  if (others.length > 0) throw new Missing(others);
}

/** How the original was packed, so that the rebuild can be packed alike. */
function packingOf([first]: readonly ImageContents[]): readonly string[] {
  const types = [first?.manifest.mediaType ?? '', ...(first?.manifest.layers.map(({ mediaType }) => mediaType) ?? [])];
  const isOci = types[0]?.startsWith('application/vnd.oci.') === true;
  const isZstd = types.some((type) => type.endsWith('zstd'));
  return [`oci-mediatypes=${isOci}`, ...(isZstd ? ['compression=zstd', 'force-compression=true'] : [])];
}

interface Output {
  readonly args: readonly string[];
  /** The rebuilt images, once it was built. */
  open(): Promise<readonly ImageContents[]>;
}

/** What was made is written as a layout; the classic store of an engine can only keep it, from where it is then taken. */
async function outputFor(
  search: ImageSearch,
  request: BuildRequest,
  original: readonly ImageContents[],
): Promise<Output> {
  const { session, programs, local, folder } = search;
  const builder = await readyBuilder({
    session,
    programs,
    local,
    named: null,
    intercepted: request.intercepted,
    everyNode: true,
  });
  if (builder.info.driver === 'docker' && !(await (await local.engine()).info()).containerdStore) {
    const file = join(folder, 'image-id');
    const open = async (): Promise<readonly ImageContents[]> => {
      const id = (await readFile(file, 'utf8')).trim();
      const contents = await saveContents(search, id, 'rebuilt');
      const isOriginal = original.some(({ manifest }) => manifest.config.digest === id);
      if (!isOriginal) await removeUnnamedImage(programs, session.environment, id);
      return contents;
    };
    return { args: ['--iidfile', file], open };
  }
  const layout = join(folder, 'rebuilt');
  const options = ['type=oci', 'tar=false', `dest=${layout}`, 'rewrite-timestamp=true', ...packingOf(original)];
  return { args: ['--output', options.join(',')], open: () => openLayoutContents(layout) };
}

interface Wanted extends AdmittedRecord {
  /** The folder that the person named, as written; null for none. */
  readonly given: string | null;
}

/**
 * Where the search for the project's policy begins; null for where it does for the files that are built. What others recorded is judged
 * by the policies of the person, never by one that lies among files of theirs.
 */
function policyPlace({ record, given }: Wanted, session: Session): string | null {
  const { workingDirectory } = session.environment;
  if (record.pulled !== undefined) return given === null ? workingDirectory : resolve(workingDirectory, given);
  return record.context.kind === 'folder' ? null : workingDirectory;
}

async function rebuildIn(search: ImageSearch, request: BuildRequest, wanted: Wanted): Promise<RebuildEnd> {
  const { record, given } = wanted;
  const lacking = missingFrom(record, given !== null);
  if (lacking.length > 0) throw new Missing(lacking);
  const original = await openOriginal(search, record);
  if (original === null)
    throw new Missing(['the image that was built: neither the engine has it, nor where it was pushed to']);
  const { session } = request;
  const sources = await fetchSources({ session, record, given, into: search.folder });
  const output = await outputFor(search, request, original);
  const held = recordedDigests(record);
  const own: BuildRequest = {
    ...request,
    heldTo: held,
    unrecorded: true,
    projectFrom: policyPlace(wanted, session),
    onVerified: (report) => {
      if (report.verdict === 'allow' || report.verdict === 'warn') refuseOtherImages(held, report);
      request.onVerified(report);
    },
  };
  const end = await build(own, rebuildArguments(record, { ...sources, args: output.args }));
  if (end.status === null || end.auditFailure !== null) {
    const { auditFailure, report } = end;
    return { kind: 'refused', end, rebuild: { ...undone(wanted), refusal: { auditFailure, report } } };
  }
  if (end.status !== 0) throw new Missing([`a build that ends well: docker build ended with ${end.status}`]);
  session.progress('comparing');
  const platforms = await comparePlatforms(original, await output.open());
  const { folder } = sources;
  return {
    kind: 'compared',
    rebuild: { ...undone(wanted), folder, verdict: weakestOf(platforms), platforms },
  };
}

/** What is said of a record whatever becomes of it, as long as nothing was compared. */
function undone({ record, leftOut }: Wanted): Rebuild {
  const { id, time, target, tags, context } = record;
  const head = { record: { id, time, target, tags }, commit: context.commit, leftOut };
  return { ...head, folder: null, verdict: null, missing: [], refusal: null, platforms: [] };
}

/** What of an error says that something is not to be had, rather than that something is wrong with the question. */
function missingOf(error: unknown): readonly string[] | null {
  if (error instanceof Missing) return error.missing;
  if (!(error instanceof VerifyError) || !/^(?:registry|layout|timeout|credentials)/.test(error.code)) return null;
  return [error.message];
}

/**
 * Builds again from a record: the commit that was built, on the recorded digests, with the recorded arguments and platforms, at the
 * commit's time, without the builder's cache; the policies hold as for any build. Then compares what came out with what was recorded.
 * Of a record that another machine shared only what reaches nothing of this one is taken over; the rest is said.
 * @param given a folder to build from in place of the recorded one, as written; null for none
 * @throws VerifyError `usage.invalid` where nothing of that name is recorded, or what is given is no folder; whatever keeps a build from
 * being started
 */
export async function rebuild(request: BuildRequest, name: string, given: string | null): Promise<RebuildEnd> {
  const { session } = request;
  const found = await findRecord(session, name);
  const admitted = found.pulled === undefined ? { record: found, leftOut: [] } : admitForeign(found);
  const wanted: Wanted = { ...admitted, given };
  const folder = createPrivateFolder(session.environment);
  const local = localEngine(session);
  const registries = openRegistries(session, local);
  try {
    const programs = await programsFor(session);
    return await rebuildIn({ session, programs, local, registries, folder: folder.path }, request, wanted);
  } catch (error) {
    const missing = missingOf(error);
    if (missing === null || isVerifyError(error, 'cancelled')) throw error;
    return { kind: 'compared', rebuild: { ...undone(wanted), missing } };
  } finally {
    await registries.close();
    folder.remove();
  }
}
