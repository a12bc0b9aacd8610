import * as z from 'zod';
import { described } from './described.ts';
import { publisherSigner } from './signer-schema.ts';
import { imagePattern, text } from './value-schema.ts';

/** The format of the publishers' catalogue and of files named by `publishers`. */
export const publishersSchema = described(
  "A publishers' catalogue",
  z.strictObject({
    version: z.literal(1),
    publishers: z.record(
      z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a publisher is named in lower case, with digits and hyphens'),
      z.strictObject({
        title: text.optional(),
        confidence: z.enum(['confirmed', 'probable']).default('probable'),
        checked: described('When the sources were last read', z.iso.date().optional()),
        sources: z.array(text).default([]),
        entries: z
          .array(
            z.strictObject({
              images: z.array(imagePattern).min(1),
              signedBy: described('Any one of these suffices', z.array(publisherSigner).min(1)),
              since: described(
                'The first version or date that is signed',
                z
                  .strictObject({
                    version: z
                      .string()
                      .regex(/^\d+(\.\d+){0,2}$/)
                      .optional(),
                    date: z.iso.date().optional(),
                  })
                  .optional(),
              ),
            }),
          )
          .min(1),
      }),
    ),
  }),
);

export type PublishersDocument = z.output<typeof publishersSchema>;
