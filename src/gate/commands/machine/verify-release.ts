import { basename, dirname, join, resolve } from 'node:path';
import {
  type Attachment,
  type Digest,
  type Evidence,
  factsOfForm,
  failure,
  messageOf,
  parseCanonicalName,
  type Result,
  readBoundedFile,
  type Signer,
  success,
  VerifyError,
} from '../../../model/index.ts';
import { digestOf } from '../../../oci/index.ts';
import { type PolicySet, signersPolicy, trustedEvidence, wantedSigners } from '../../../policy/index.ts';
import { verifyAttachments } from '../../../signature/index.ts';
import { fetchPolicyKeys } from '../../session/fetch-policy-keys.ts';
import { gatherMaterial } from '../../session/gather-material.ts';
import { inputAbout } from '../../session/input-about.ts';
import type { Session } from '../../session/session.ts';
import { releaseSigner, versionInName } from './release-signer.ts';

const mebibyte = 1024 * 1024;
const largestFile = 1024 * mebibyte;
const largestList = mebibyte;

/** What was found about a file of a release. */
export interface VerifiedRelease {
  readonly file: string;
  readonly digest: Digest;
  /** Whether nothing is wrong, and somebody who was expected has signed it. */
  readonly verified: boolean;
  readonly signer: Signer | null;
  /** Whether the list of checksums beside it names it; null where there is none. */
  readonly listed: boolean | null;
  /** Whether the provenance beside it, signed likewise, speaks of it; null where there is none. */
  readonly provenance: boolean | null;
  /** For people; empty where it is verified. */
  readonly problems: readonly string[];
}

async function readPart(path: string, limit: number): Promise<Buffer | null> {
  try {
    return await readBoundedFile(path, limit);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new VerifyError('usage.invalid', `${basename(path)} cannot be read: ${reason}`, {
      place: { file: path },
      cause,
    });
  }
}

/** A bundle beside a file, as what is attached to an image: it speaks of a digest either way. */
function attachmentOf(bytes: Buffer, subject: Digest, location: string): Attachment {
  const digest = digestOf(bytes);
  return {
    form: 'sigstore-bundle',
    subject,
    vouchesFor: null,
    manifest: digest,
    layer: { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', digest, size: bytes.length },
    artifactType: null,
    annotations: {},
    location,
    content: bytes.toString('base64'),
  };
}

interface Trial {
  readonly session: Session;
  readonly policies: PolicySet;
  readonly digest: Digest;
}

/** The signature of an expected signer over the digest, from the bundle at `path`; null where there is no bundle. */
async function provenBy({ session, policies, digest }: Trial, path: string): Promise<Result<Evidence> | null> {
  const bytes = await readPart(path, factsOfForm('sigstore-bundle').largest);
  if (bytes === null) return null;
  const { material, roots } = await gatherMaterial(session, policies);
  const evidence = await verifyAttachments([attachmentOf(bytes, digest, path)], material, {
    now: session.now(),
    isWanted: wantedSigners(policies),
  });
  const subject = { name: parseCanonicalName('localhost/docker-verify/release'), digest };
  const input = inputAbout(session, subject, evidence, roots);
  const [index] = trustedEvidence(input, policies);
  const trusted = index === undefined ? undefined : evidence[index];
  // the signer's word counts only for the very digest that was asked about
  if (trusted?.verified === true && trusted.subject === digest) return success(trusted);
  return failure(reasonIn(evidence));
}

function reasonIn([piece]: readonly Evidence[]): string {
  if (piece === undefined) return 'it holds no signature';
  if (piece.problem !== null) return piece.problem.message;
  return piece.signer?.kind === 'keyless'
    ? `it is signed by ${piece.signer.identity}, who is not expected`
    : 'it is signed by somebody who is not expected';
}

/** The line of a file in the list of checksums beside it, where it names the digest; null where there is no list. */
async function listedIn(file: string, digest: Digest): Promise<Result<string> | null> {
  const name = basename(file);
  const list = await readPart(join(dirname(file), 'SHA256SUMS'), largestList);
  if (list === null || name === 'SHA256SUMS') return null;
  const lines = list.toString('utf8').split('\n');
  const listed = lines.flatMap((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line)?.slice(1) ?? []);
  const at = listed.findIndex((text, index) => index % 2 === 1 && text === name);
  if (at < 0) return failure('SHA256SUMS beside it does not list it');
  const stated = `sha256:${listed[at - 1]}`;
  return stated === digest ? success(stated) : failure(`SHA256SUMS beside it says ${stated}`);
}

function provenanceOf(file: string): string | null {
  const version = versionInName(basename(file));
  return version === null ? null : join(dirname(file), `docker-verify-${version}.provenance.json.sigstore.json`);
}

/**
 * Verifies a file of a release: against the signature beside it (`FILE.sigstore.json`), which one of the signers must have made, and
 * against the list of checksums and the signed provenance where these lie beside it too.
 * @param signers entries as of a rule's `signedBy`; none: our own release workflow
 * @throws VerifyError `usage.invalid` where there is no such file, `policy.invalid`, `trust.invalid`
 */
export async function verifyRelease(
  session: Session,
  named: string,
  signers: readonly string[],
): Promise<VerifiedRelease> {
  const { workingDirectory } = session.environment;
  const file = resolve(workingDirectory, named);
  const content = await readPart(file, largestFile);
  if (content === null) throw new VerifyError('usage.invalid', `${named} is not there`, { place: { file: named } });
  const digest = digestOf(content);
  const expected = signers.length === 0 ? [releaseSigner(basename(file))] : signers;
  // a plain signature counts where its signer may sign provenance
  const declared = await signersPolicy('slsa-provenance', expected, workingDirectory);
  const trial: Trial = { session, policies: await fetchPolicyKeys(session, declared), digest };
  const provenanceFile = provenanceOf(file);
  const signature = await provenBy(trial, `${file}.sigstore.json`);
  const provenance = provenanceFile === null ? null : await provenBy(trial, provenanceFile);
  const listed = await listedIn(file, digest);
  const problems = [
    ...(signature === null ? [`it has no signature: ${basename(file)}.sigstore.json is not beside it`] : []),
    ...(signature?.ok === false ? [`its signature does not count: ${signature.reason}`] : []),
    ...(provenance?.ok === false ? [`the provenance beside it does not count: ${provenance.reason}`] : []),
    ...(listed?.ok === false ? [listed.reason] : []),
  ];
  const proof = signature?.ok === true ? signature.value : null;
  return {
    file: named,
    digest,
    verified: proof !== null && problems.length === 0,
    signer: proof?.signer ?? null,
    listed: listed === null ? null : listed.ok,
    provenance: provenance === null ? null : provenance.ok,
    problems,
  };
}
