import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isChangedWithin,
  messageOf,
  parseBoundedJson,
  parseReference,
  readBoundedFile,
  VerifyError,
} from '../../model/index.ts';
import { type ExtensionSource, type FetchedPolicy, type PolicyExtension, unavailable } from '../../policy/index.ts';
import { keepFile } from './keep-file.ts';
import { localEngine } from './local-engine.ts';
import {
  type BundleExtension,
  type FetchedBundle,
  fetchBundle,
  largestPolicy,
  type ProvenBundle,
  proveBundle,
} from './policy-bundle.ts';
import { openRegistries } from './registries.ts';
import { cacheFolder, openWebClient, refuseCancelled, type Session } from './session.ts';

/** How long a bundle is used before its registry is asked for a newer one, milliseconds. */
const believed = 5 * 60_000;

/** A bundle as it is kept: its policy and what is attached to it, in base64, bytes. */
const largestKept = 256 * 1024 * 1024;

/** How long a run that is over waits for a newer one, milliseconds. */
const behind = 5_000;

function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A file that its checksum names: once fetched it never changes. */
async function download(
  session: Session,
  extension: Extract<PolicyExtension, { kind: 'download' }>,
): Promise<Uint8Array> {
  const path = join(cacheFolder(session), 'policies', extension.sha256);
  const kept = await readBoundedFile(path, largestPolicy).catch(() => null);
  if (kept !== null && sha256(kept) === extension.sha256) return kept;
  if (session.own.offline) throw unavailable(extension.url, 'the network is not to be used, and it is not kept');
  const client = openWebClient(session);
  try {
    const { status, body } = await client.request({ url: extension.url, limit: largestPolicy });
    if (status !== 200) throw unavailable(extension.url, `its server answered ${status}`);
    if (sha256(body) !== extension.sha256)
      throw unavailable(extension.url, `its bytes have the SHA-256 ${sha256(body)}`);
    await keepFile(path, body);
    return body;
  } catch (error) {
    refuseCancelled(session);
    if (error instanceof VerifyError && error.code === 'policy.unavailable') throw error;
    throw unavailable(extension.url, messageOf(error), error);
  } finally {
    client.close();
  }
}

/** Bundles of one name are kept apart by who must have signed them. */
function placeOf(session: Session, { from, policies }: BundleExtension): string {
  const asked = JSON.stringify([from, policies.layers[0]?.rules[0]?.signedBy]);
  return join(cacheFolder(session), 'policies', `${sha256(asked)}.json`);
}

async function readKept(session: Session, extension: BundleExtension): Promise<ProvenBundle | null> {
  try {
    const bytes = await readBoundedFile(placeOf(session, extension), largestKept);
    if (bytes === null) return null;
    // written by us; whatever it became meanwhile is proven like what was fetched
    return await proveBundle(session, extension, parseBoundedJson(bytes.toString('utf8')) as FetchedBundle);
  } catch {
    return null; // nothing, or nothing that is worth anything any more
  }
}

async function isRecent(session: Session, extension: BundleExtension): Promise<boolean> {
  const found = await stat(placeOf(session, extension)).catch(() => null);
  return found !== null && isChangedWithin(found, believed);
}

/** An older policy, or another one under the same serial, is never put in the place of what is kept. */
function refuseRollback(from: string, kept: ProvenBundle | null, fresh: ProvenBundle): void {
  if (kept === null || kept.root.digest === fresh.root.digest || fresh.serial > kept.serial) return;
  throw unavailable(from, `its serial ${fresh.serial} does not grow: ${kept.serial} was here before`);
}

async function renew(session: Session, extension: BundleExtension, kept: ProvenBundle | null): Promise<ProvenBundle> {
  const registries = openRegistries(session, localEngine(session));
  try {
    const fetched = await registries
      .fresh()
      .attempt(parseReference(extension.name), async (client) => fetchBundle(client, extension));
    const fresh = await proveBundle(session, extension, fetched);
    refuseRollback(extension.from, kept, fresh);
    await keepFile(placeOf(session, extension), Buffer.from(JSON.stringify(fetched)));
    return fresh;
  } catch (error) {
    refuseCancelled(session);
    if (error instanceof VerifyError && error.code.startsWith('policy.')) throw error;
    throw unavailable(extension.from, messageOf(error), error);
  } finally {
    await registries.close();
  }
}

async function renewBehind(session: Session, extension: BundleExtension, kept: ProvenBundle): Promise<void> {
  try {
    const timeout = Math.min(session.own.timeout, behind);
    await renew({ ...session, own: { ...session.own, timeout } }, extension, kept);
  } catch (error) {
    session.warn(`${messageOf(error)}; the one that is kept (serial ${kept.serial}) stays in force`);
  }
}

async function bundle(session: Session, extension: BundleExtension): Promise<FetchedPolicy> {
  const { offline, refresh } = session.own;
  const kept = await readKept(session, extension);
  if (kept === null) {
    if (offline) throw unavailable(extension.from, 'the network is not to be used, and it is not kept');
    return await renew(session, extension, null);
  }
  if (offline || (!refresh && (await isRecent(session, extension)))) return kept;
  const renewed = renewBehind(session, extension, kept);
  if (!refresh) return kept;
  await renewed;
  return (await readKept(session, extension)) ?? kept;
}

/**
 * Where a run gets the policies that others extend. A bundle that was fetched before is used at once and renewed while the run goes on;
 * what is not signed as it must be, or older than what is kept, never takes its place.
 */
export function policyExtensions(session: Session): ExtensionSource {
  return async (extension) =>
    extension.kind === 'download'
      ? { bytes: await download(session, extension), files: new Map() }
      : await bundle(session, extension);
}
