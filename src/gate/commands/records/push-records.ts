import {
  type BuildRecord,
  type Digest,
  isVerifyError,
  parseBoundedJson,
  parseCanonicalName,
  parseReference,
  type Reference,
  restated,
  type Signer,
  type SummaryResult,
  VerifyError,
} from '../../../model/index.ts';
import type { RegistryClient, StoredManifest } from '../../../oci/index.ts';
import { objectionsTo, type Summary, summaryOf, summaryType } from '../../../records/index.ts';
import { renderCycloneDx } from '../../../report/index.ts';
import type { StatementSigner } from '../../../signing/index.ts';
import { attachStatement } from '../../session/attach-statement.ts';
import { chosenSigner, type SigningOptions } from '../../session/chosen-signer.ts';
import { localEngine } from '../../session/local-engine.ts';
import { openRegistries } from '../../session/registries.ts';
import type { Session } from '../../session/session.ts';
import { buildContents } from './build-contents.ts';
import { listRecords } from './records.ts';

/** What was attached to one image. */
export interface PushedRecord {
  readonly image: string;
  readonly digest: Digest;
  /** The id of the record. */
  readonly record: string;
  readonly result: SummaryResult;
  /** Why it did not pass, for people. */
  readonly objections: readonly string[];
  /** What a policy may ask for under `where.policy`. */
  readonly policy: Summary['policy'];
  /** The manifest that carries the summary. */
  readonly summary: Digest;
  /** The manifest that carries the SBOM; null where none was asked for. */
  readonly sbom: Digest | null;
  /** Null where it is unsigned. */
  readonly signer: Signer | null;
}

const cycloneDxType = 'https://cyclonedx.org/bom';

/** An image that was pushed from a store of images has another manifest there, around the same configuration. */
function madeBy({ descriptor, manifest }: StoredManifest, records: readonly BuildRecord[]): BuildRecord | null {
  const own = records.filter(({ pulled }) => pulled === undefined);
  const config = manifest.kind === 'manifest' ? manifest.config.digest : null;
  return (
    own.findLast(({ digest }) => digest === descriptor.digest) ??
    (config === null ? null : (own.findLast(({ imageId, digest }) => imageId === config || digest === config) ?? null))
  );
}

function recordFor(image: string, found: StoredManifest, records: readonly BuildRecord[]): BuildRecord {
  const record = madeBy(found, records);
  if (record === null) {
    throw new VerifyError('usage.invalid', `no record of this machine says that it built ${image}`, {
      hint: `it stands for ${found.descriptor.digest}; docker verify records ls lists what was built here`,
    });
  }
  if (record.policies !== undefined) return record;
  throw new VerifyError('usage.invalid', `the record of ${image} does not say which policies were in force`, {
    hint: 'an older version wrote it: build again',
  });
}

async function fetchImage(client: RegistryClient, { tag, digest, ...place }: Reference): Promise<StoredManifest> {
  return digest === null ? await client.tagged(place, tag ?? 'latest', 'image') : await client.manifest(place, digest);
}

/**
 * The SBOM of what was built. Our signature must not vouch for a part that anybody could attach unsigned: the SBOM calls itself complete only
 * where every part was signed before, since a complete SBOM also answers what is not in the image.
 */
async function sbomOf(session: Session, record: BuildRecord): Promise<unknown> {
  const { images, ...rest } = await buildContents(session, record);
  // what build stages alone used is in no image
  const contents = { ...rest, images: images.filter(({ role }) => role === 'runtime-base') };
  const { isKnown, packages } = contents.result;
  const isVouchedFor = isKnown && packages.every(({ trust }) => trust === 'signed');
  const document = parseBoundedJson(renderCycloneDx(contents, session.version)) as object; // made a line above
  const aggregate = isVouchedFor ? 'complete' : 'incomplete';
  return { ...document, compositions: [{ aggregate, assemblies: ['image'] }] };
}

/** An error that says what was attached before it: that stays, and nothing else would tell of it. */
function withDone(error: unknown, pushed: readonly PushedRecord[]): unknown {
  if (!isVerifyError(error) || pushed.length === 0) return error;
  const done = pushed.map(({ image, digest }) => `${image}@${digest}`).join(', ');
  return restated(error, { message: `${error.message}; attached before that: ${done}` });
}

interface Push {
  readonly session: Session;
  readonly signer: StatementSigner;
  readonly records: readonly BuildRecord[];
  readonly withSbom: boolean;
}

async function pushOne(push: Push, client: RegistryClient, image: string): Promise<PushedRecord> {
  const { session, signer, records, withSbom } = push;
  const name = parseCanonicalName(image);
  const reference = parseReference(name);
  const found = await fetchImage(client, reference);
  const record = recordFor(image, found, records);
  const { descriptor } = found;
  const { result, policy, predicate } = summaryOf(record, descriptor.digest, name);
  const place = `${reference.registry}/${reference.repository}`;
  const attach = (predicateType: string, content: unknown) =>
    attachStatement(client, reference, descriptor, signer, { name: place, predicateType, predicate: content });
  const sbom = withSbom ? await attach(cycloneDxType, await sbomOf(session, record)) : null;
  const summary = await attach(summaryType, predicate);
  return {
    image: name,
    digest: descriptor.digest,
    record: record.id,
    result,
    objections: objectionsTo(record),
    policy,
    summary: summary.manifest.digest,
    sbom: sbom?.manifest.digest ?? null,
    signer: summary.signer,
  };
}

/**
 * Attaches to images what this machine recorded of their builds, as signed verification summaries, and the SBOM of what was built.
 * @throws VerifyError `usage.invalid` for an image that was not built here, `registry.*`, `signing.failed`
 */
export async function pushRecords(
  session: Session,
  images: readonly string[],
  signing: SigningOptions & { readonly sbom: boolean },
): Promise<readonly PushedRecord[]> {
  if (images.length === 0)
    throw new VerifyError('usage.invalid', 'records push takes images', { hint: 'docker verify records push IMAGE…' });
  const signer = await chosenSigner(session, signing);
  const { records } = await listRecords(session);
  const registries = openRegistries(session, localEngine(session));
  const push: Push = { session, signer, records, withSbom: signing.sbom };
  const pushed: PushedRecord[] = [];
  try {
    for (const image of images) {
      session.progress(`attaching to ${image}`);
      // one after another: what fails says what was not reached
      // oxlint-disable-next-line no-await-in-loop
      const done = await registries.fresh().attempt(parseReference(image), (client) => pushOne(push, client, image));
      pushed.push(done);
    }
    return pushed;
  } catch (error) {
    throw withDone(error, pushed);
  } finally {
    await registries.close();
  }
}
