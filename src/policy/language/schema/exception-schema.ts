import * as z from 'zod';
import { isDigest } from '../../../model/index.ts';
import { mayBeWaived } from '../patterns/waivable-findings.ts';
import { described } from './described.ts';
import { imagePattern, text } from './value-schema.ts';

/** A waiver. */
export const exception = described(
  "A refusal of this layer's that becomes a warning until a day",
  z.strictObject({
    images: described('The images that it is about', z.array(imagePattern).min(1).max(1_000)),
    digest: described(
      'These bytes only',
      z.string().refine(isDigest, 'not a digest: write sha256: and 64 hexadecimal digits').optional(),
    ),
    findings: described(
      'Codes of the findings that are waived; left out: every refusal but broken evidence',
      z
        .array(
          text.refine(
            mayBeWaived,
            'not a finding that an exception can waive: broken or forged evidence, cache imports and folders in place of images never are',
          ),
        )
        .min(1)
        .max(100)
        .optional(),
    ),
    reason: text.describe('Why, for the report'),
    approvedBy: described('Who has agreed to it', text.optional()),
    until: described(
      'The last day on which it counts, at most 400 days ahead; once past it counts no more, and is shown',
      z.iso.date(),
    ),
  }),
);
