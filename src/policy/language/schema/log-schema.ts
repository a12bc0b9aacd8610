import * as z from 'zod';
import { described } from './described.ts';

/** Where a machine's verdicts are written, for those who watch over many machines. */
export const verdictLog = described(
  "A line of JSON for each verdict on an image; only in a machine's policy",
  z
    .strictObject({
      file: described(
        'A file, absolute, to which lines are added; every user must be able to write to it',
        z
          .string()
          .regex(/^(?:\/|[A-Za-z]:[\\/])[^\0]*[^\0/\\]$/, 'write an absolute path')
          .max(1_000)
          .optional(),
      ),
      syslog: described(
        "Whether the system's log gets them, through its `logger` program, as docker-verify",
        z.boolean().optional(),
      ),
    })
    .refine(({ file, syslog }) => file !== undefined || syslog !== undefined, 'say file, syslog or both'),
);
