import { createHash } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify';
import { type PolicyLayerName, parseBoundedJson, type TrustedRootSource, VerifyError } from '../model/index.ts';

/** Media types of a trusted root (sigstore/protobuf-specs, sigstore_trustroot.proto). */
const mediaTypes = new Set([
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot+json;version=0.2',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
]);
const longestRoot = 4 * 1024 * 1024;
const mostRoots = 32;
const mostInstances = 256;

function invalid(name: string, reason: string, cause?: unknown): VerifyError {
  return new VerifyError('trust.invalid', `${name} is not a trusted root that can be used: ${reason}`, {
    hint: 'a trusted root is the trusted_root.json of a Sigstore instance, as `cosign trusted-root create` writes it',
    cause,
  });
}

function assertParts(root: TrustedRoot, name: string): void {
  const instances = [...root.tlogs, ...root.ctlogs, ...root.certificateAuthorities, ...root.timestampAuthorities];
  if (instances.length === 0) throw invalid(name, 'it names no authority and no log');
  if (instances.length > mostInstances) throw invalid(name, `it names ${instances.length} authorities and logs`);
  for (const log of [...root.tlogs, ...root.ctlogs]) {
    if (log.publicKey?.rawBytes === undefined) throw invalid(name, `the log ${log.baseUrl} has no key`);
    if (log.logId === undefined && log.checkpointKeyId === undefined) {
      throw invalid(name, `the log ${log.baseUrl} has no logId`);
    }
  }
  for (const authority of [...root.certificateAuthorities, ...root.timestampAuthorities]) {
    if (authority.certChain === undefined || authority.certChain.certificates.length === 0) {
      throw invalid(name, `the authority ${authority.uri} has no certificate`);
    }
  }
}

/** A trusted root with the keys and certificates in it, in the same order. */
export interface ParsedRoot {
  readonly root: TrustedRoot;
  readonly material: TrustMaterial;
}

function parseWhole(json: string, name: string): ParsedRoot {
  if (json.length > longestRoot) throw invalid(name, 'it is larger than 4 MiB');
  let root: TrustedRoot;
  try {
    const value: unknown = parseBoundedJson(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object');
    root = TrustedRoot.fromJSON(value);
  } catch (error) {
    throw invalid(name, error instanceof Error ? error.message : 'it cannot be parsed', error);
  }
  if (!mediaTypes.has(root.mediaType)) {
    throw invalid(name, `expected the media type ${[...mediaTypes][0] ?? ''}, found "${root.mediaType.slice(0, 100)}"`);
  }
  assertParts(root, name);
  try {
    return { root, material: toTrustMaterial(root) };
  } catch (error) {
    throw invalid(name, 'a key or certificate in it cannot be parsed', error);
  }
}

// A run reads a root where it is named and again where something is verified with it.
const parsed = new Map<string, ParsedRoot>();

/**
 * The trusted root that `json` spells, with everything in it parsed, once in a run, so that a broken key is found here.
 * @throws VerifyError `trust.invalid`; `name` names the root in the message
 */
export function parseTrustedRoot(json: string, name: string): ParsedRoot {
  const known = parsed.get(json);
  if (known !== undefined) return known;
  const found = parseWhole(json, name);
  parsed.set(json, found);
  return found;
}

/** SHA-256 of the text's UTF-8 bytes, hexadecimal. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function assertDated(root: TrustedRoot, name: string): void {
  const undated = [...root.tlogs, ...root.ctlogs].find((log) => log.publicKey?.validFor?.start === undefined);
  if (undated !== undefined) {
    throw invalid(
      name,
      `the key of the log ${undated.baseUrl} has no validFor.start, expected the time since when it counts`,
    );
  }
}

/** Splits JSON lines (as `gh attestation trusted-root` prints them); a single document stays as it is. */
function documents(text: string): readonly string[] {
  try {
    parseBoundedJson(text);
    return [text];
  } catch {
    return text.split('\n').filter((line) => line.trim() !== '');
  }
}

/** Where the text of a trusted root comes from, as `TrustedRootSource` says it. */
export interface RootOrigin {
  readonly layer: PolicyLayerName;
  readonly source: string;
  readonly updated: string | null;
}

/**
 * The trusted roots in a file's text: one JSON document, or one a line.
 * @throws VerifyError `trust.invalid`
 */
export function parseTrustedRoots(text: string, from: RootOrigin): readonly TrustedRootSource[] {
  const parts = documents(text);
  if (parts.length === 0) throw invalid(from.source, 'it is empty');
  if (parts.length > mostRoots)
    throw invalid(from.source, `it holds ${parts.length} roots, at most ${mostRoots} are read`);
  return parts.map((json, index) => {
    const source = parts.length === 1 ? from.source : `${from.source} (line ${index + 1})`;
    assertDated(parseTrustedRoot(json, source).root, source);
    return { id: sha256Of(json), layer: from.layer, source, json, updated: from.updated, thresholds: null };
  });
}
