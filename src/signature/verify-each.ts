import { setImmediate as turn } from 'node:timers/promises';
import { type Attachment, type Evidence, factsOfForm, type VerificationMaterial } from '../model/index.ts';
import { refusedEvidence } from './evidence.ts';
import { signatureForm } from './forms.ts';
import { limits } from './limits.ts';
import { type IsWanted, type Looking, lookWith, type Prospect, passedOver } from './prospect.ts';
import { problemOf, Refusal } from './refusal.ts';
import type { RevocationSource } from './revocation/revocation-source.ts';
import type { Circumstances } from './signature-form.ts';
import { type PreparedMaterial, prepareMaterial } from './sigstore/prepared-material.ts';

/** @throws Refusal `too-large`, before anything is decoded */
function contentOf(attachment: Attachment): Buffer<ArrayBuffer> {
  const size = Math.floor((attachment.content.length * 3) / 4);
  const { largest } = factsOfForm(attachment.form);
  if (size > largest + 2) throw new Refusal('too-large', `it has ${size} bytes, at most ${largest} are read`);
  return Buffer.from(attachment.content, 'base64');
}

/** With what, when, and for how long. */
export interface Verifying {
  readonly now: Date;
  readonly revocation: RevocationSource | null;
  readonly isWanted: IsWanted;
  readonly isOver: () => boolean;
}

async function verifyOne(attachment: Attachment, circumstances: Circumstances): Promise<readonly Evidence[]> {
  try {
    const form = await signatureForm(attachment.form);
    return await form.verify(attachment, contentOf(attachment), circumstances);
  } catch (error) {
    return [refusedEvidence(attachment, problemOf(error))];
  }
}

/** What an attachment could prove. Never throws. */
async function prospectOf(attachment: Attachment, looking: Looking): Promise<Prospect> {
  try {
    const form = await signatureForm(attachment.form);
    return form.prospect(attachment, contentOf(attachment), looking);
  } catch {
    return { isLikely: false, untried: refusedEvidence(attachment, passedOver) };
  }
}

/** An attachment to be tried, or what is said of it instead. */
interface Attempt {
  readonly index: number;
  readonly attachment: Attachment;
  /** Null: it is tried. */
  readonly instead: Evidence | null;
}

function notTried(attachment: Attachment, reason: string): Evidence {
  return refusedEvidence(attachment, { code: 'not-tried', message: `it was not tried: ${reason}` });
}

const overTime = 'the time for verifying is over';
const overBound = `more than ${limits.candidates} that could count are attached`;

/**
 * What is worth trying: attachments of signers that could count, then the others, each within a bound of its own. Where there are few, all are tried in the order
 * given. Nothing that could count is passed over without being called `not-tried`.
 */
async function attemptsOf(
  attachments: readonly Attachment[],
  material: PreparedMaterial,
  { isWanted, isOver }: Verifying,
): Promise<readonly Attempt[]> {
  const all = attachments.map((attachment, index): Attempt => ({ attachment, index, instead: null }));
  if (attachments.length <= limits.unnamedSigners) return all;
  const looking = lookWith(material, isWanted);
  const likely: Attempt[] = [];
  const unlikely: Attempt[] = [];
  for (const attempt of all) {
    const { index, attachment } = attempt;
    // oxlint-disable-next-line no-await-in-loop -- Ctrl-C is heard in between
    if (index % 16 === 0) await turn();
    if (isOver()) likely.push({ ...attempt, instead: notTried(attachment, overTime) });
    else {
      // oxlint-disable-next-line no-await-in-loop -- one after another: the work is the processor's alone
      const { isLikely, untried } = await prospectOf(attachment, looking);
      if (!isLikely)
        unlikely.push(unlikely.length < limits.unnamedSigners ? attempt : { ...attempt, instead: untried });
      else if (likely.length < limits.candidates) likely.push(attempt);
      else likely.push({ ...attempt, instead: notTried(attachment, overBound) });
    }
  }
  return [...likely, ...unlikely];
}

/**
 * Verifies each attachment on its own: a broken or unrelated one never hides a good one, nor do many. The evidence is in the order
 * of the attachments.
 */
export async function verifyEach(
  attachments: readonly Attachment[],
  material: VerificationMaterial,
  verifying: Verifying,
): Promise<readonly Evidence[]> {
  const prepared = await prepareMaterial(material);
  const circumstances = { material: prepared, now: verifying.now, revocation: verifying.revocation };
  const evidence: (readonly Evidence[])[] = [];
  let tried = 0;
  for (const { index, attachment, instead } of await attemptsOf(attachments, prepared, verifying)) {
    // One after another: the work is the processor's alone, and memory stays bounded.
    if (instead !== null) evidence[index] = [instead];
    else if (verifying.isOver()) evidence[index] = [notTried(attachment, overTime)];
    else {
      evidence[index] = await verifyOne(attachment, circumstances);
      tried += 1;
      // Ctrl-C is heard in between
      if (tried % 16 === 0) await turn();
    }
  }
  return evidence.flat();
}
