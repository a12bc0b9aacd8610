import * as z from 'zod';
import { publisherSigner } from './signer-schema.ts';
import { imagePattern, text } from './value-schema.ts';

/** The format of the publishers' catalogue and of files named by `publishers`. */
export const publishersSchema = z
  .strictObject({
    version: z.literal(1),
    publishers: z.record(
      z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a publisher is named in lower case, with digits and hyphens'),
      z.strictObject({
        title: text.optional(),
        confidence: z.enum(['confirmed', 'probable']).default('probable'),
        checked: z.iso.date().optional().describe('When the sources were last read'),
        sources: z.array(text).default([]),
        entries: z
          .array(
            z.strictObject({
              images: z.array(imagePattern).min(1),
              signedBy: z.array(publisherSigner).min(1).describe('Any one of these suffices'),
              since: z
                .strictObject({
                  version: z
                    .string()
                    .regex(/^\d+(\.\d+){0,2}$/)
                    .optional(),
                  date: z.iso.date().optional(),
                })
                .optional()
                .describe('The first version or date that is signed'),
            }),
          )
          .min(1),
      }),
    ),
  })
  .describe("A publishers' catalogue");

export type PublishersDocument = z.output<typeof publishersSchema>;
