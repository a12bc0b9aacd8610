import type { Attachment, Evidence } from '../model/index.ts';
import { verifyAttachments } from '../signature/index.ts';
import type { Pipeline } from './pipeline.ts';

/** What attachments prove by everything that the run's policies name, now. */
export function verifyCollected(pipeline: Pipeline, attachments: readonly Attachment[]): Promise<readonly Evidence[]> {
  const { revocation, session, material } = pipeline;
  return verifyAttachments(attachments, material, {
    now: session.now(),
    ...(revocation === null ? {} : { revocation }),
  });
}
