import { type Digest, type Evidence, steadyClock, VerifyError } from '../../../model/index.ts';
import type { Collected } from '../../../oci/index.ts';
import { wantedSigners } from '../../../policy/index.ts';
import { verifyAttachments } from '../../../signature/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';

/** What the attachments prove, and what is open beside what could not be read. */
export interface VerifiedCollection {
  readonly evidence: readonly Evidence[];
  readonly collected: Collected;
}

/** What could have counted and was not tried is like what could not be read: it is never "unsigned". */
export function untriedProblems(evidence: readonly Evidence[], subject: Digest): Collected['problems'] {
  const untried = evidence.filter(({ problem }) => problem?.code === 'not-tried');
  const [first] = untried;
  if (first === undefined) return [];
  const count = untried.length === 1 ? '1 signature or attestation' : `${untried.length} signatures and attestations`;
  const error = new VerifyError('timeout', `${count} could not be tried (${first.problem?.message ?? ''})`, {
    hint: 'allow more time with --verify-timeout, or remove what is not needed from the registry',
  });
  return [{ error, subject, location: 'all attachments' }];
}

/** What everything attached proves by all that the run's policies name, now and within the run's time. */
export async function verifyCollected(
  pipeline: Pipeline,
  collected: Collected,
  subject: Digest,
): Promise<VerifiedCollection> {
  const { revocation, session, material, policies, ends } = pipeline;
  const evidence = await verifyAttachments(collected.attachments, material, {
    now: session.now(),
    isWanted: wantedSigners(policies),
    isOver: () => session.signal.aborted || steadyClock() > ends,
    ...(revocation === null ? {} : { revocation }),
  });
  const problems = [...collected.problems, ...untriedProblems(evidence, subject)];
  return { evidence, collected: { ...collected, problems } };
}
