import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import {
  type BuildRecord,
  type Digest,
  imageScheme,
  type RecordedArguments,
  type RecordedPolicy,
  type SummaryResult,
} from '../model/index.ts';

/** The predicate type of a verification summary (slsa.dev/spec/v1.1/verification_summary). */
export const summaryType = 'https://slsa.dev/verification_summary/v1';
/** Who we are, where a policy asks for the verifier. */
const verifierId = 'urn:docker-verify';
/** Under which the record itself stands in the summary: a field of ours, which other readers pass over (in-toto, spec/v1: extension fields). */
export const recordField = 'urn:docker-verify:record:v1';

/** What a verified image is called among the levels: no SLSA level, of which a policy of ours says nothing. */
const verifiedLevel = 'DOCKER_VERIFY_VERIFIED';

/** Why a build does not pass, for people; empty where all that it used was verified and nothing was let through. */
export function objectionsTo(record: BuildRecord): readonly string[] {
  const { breakGlass, audited, verdict, exceptions, images } = record;
  const unverified = images.filter(({ verified, status }) => !verified || status !== 'allow').map(({ name }) => name);
  return [
    ...(breakGlass === null ? [] : ['it was built in an emergency, past what the policies refused']),
    ...(audited === true
      ? []
      : ['what the builder used was not compared with what was verified, or was something else']),
    ...(verdict === 'allow' ? [] : [`the verdict on its build was ${verdict}`]),
    ...(exceptions.length === 0 ? [] : ['an exception let an image through']),
    ...unverified.map((name) => `${name} was not verified`),
  ];
}

/** A folder's path in place of an address: git takes both. */
function isLocalRemote(remote: string | null): boolean {
  return remote !== null && (/^file:/i.test(remote) || !/^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:)/i.test(remote));
}

/** Of named contexts the images, which are among those of the record anyway, and of all others the name; of hosts the name. */
function sharedArguments({ hosts, contexts, ...rest }: RecordedArguments): RecordedArguments {
  const named = Object.entries(contexts).map(
    ([name, value]) => [name, value.startsWith(imageScheme) ? value : ''] as const,
  );
  return {
    ...rest,
    contexts: Object.fromEntries(named),
    ...(hosts === undefined ? {} : { hosts: hosts.map((host) => host.split(/[:=]/)[0] ?? '') }),
  };
}

/** Without what is of use on this machine only, or must stay on it: folders, builders, named contexts. */
function sharedRecord(record: BuildRecord, subject: Digest, name: string): BuildRecord {
  const { context, policies = [], pushed, arguments: given } = record;
  const isLocal = context.kind !== 'git' && context.kind !== 'http';
  return {
    ...record,
    ref: null,
    digest: subject,
    pushed: [name, ...pushed.filter((each) => each !== name)],
    context: {
      ...context,
      source: isLocal ? null : context.source,
      remote: isLocalRemote(context.remote) ? null : context.remote,
    },
    arguments: sharedArguments(given),
    policies: policies.map(sharedPolicy),
  };
}

function sharedPolicy({ layer, source, sha256 }: RecordedPolicy): RecordedPolicy {
  return { layer, source: source.includes('://') ? source : basename(source), sha256 };
}

/** The one policy that a summary can name: one's own where there is but one, else all that were in force, by a digest over theirs. */
function policyOf(policies: readonly RecordedPolicy[]): { readonly uri: string; readonly digest: { sha256: string } } {
  const own = policies.filter(({ layer }) => layer !== 'builtin');
  const [only] = own.length === 0 ? policies : own;
  if (only !== undefined && own.length <= 1) return { uri: sharedPolicy(only).source, digest: { sha256: only.sha256 } };
  const digests = policies.map(({ sha256 }) => `${sha256}\n`).toSorted();
  return {
    uri: 'urn:docker-verify:policies',
    digest: { sha256: createHash('sha256').update(digests.join('')).digest('hex') },
  };
}

function digestSet(digest: Digest): Readonly<Record<string, string>> {
  const [algorithm = '', hex = ''] = digest.split(':');
  return { [algorithm]: hex };
}

/** A summary's predicate, with what a policy may ask of it. */
export interface Summary {
  readonly result: SummaryResult;
  readonly policy: { readonly uri: string; readonly digest: { readonly sha256: string } };
  readonly predicate: Readonly<Record<string, unknown>>;
}

/**
 * What a record says of the image that was built, as a verification summary with the record inside. It passes only where every image was
 * verified and nothing was let through.
 * @param subject of the image in its registry
 * @param name of the image there, without a digest
 */
export function summaryOf(record: BuildRecord, subject: Digest, name: string): Summary {
  const result = objectionsTo(record).length === 0 ? 'PASSED' : 'FAILED';
  const policy = policyOf(record.policies ?? []);
  const evidence = record.images.flatMap((image) =>
    (image.evidence ?? []).map(({ manifest }) => ({
      uri: `${image.name.replace(/@.*$/, '')}@${manifest}`,
      digest: digestSet(manifest),
    })),
  );
  const verified = record.images.filter((image) => image.verified && image.status === 'allow').length;
  return {
    result,
    policy,
    predicate: {
      verifier: { id: verifierId, version: { 'docker-verify': record.tool } },
      timeVerified: record.time,
      resourceUri: `${name.replace(/@.*$/, '')}@${subject}`,
      policy,
      inputAttestations: evidence,
      verificationResult: result,
      verifiedLevels: [result === 'PASSED' ? verifiedLevel : 'FAILED'],
      dependencyLevels: verified === 0 ? {} : { [verifiedLevel]: verified },
      slsaVersion: '1.1',
      [recordField]: sharedRecord(record, subject, name),
    },
  };
}
