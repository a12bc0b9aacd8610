import * as z from 'zod';
import { parseDuration } from '../patterns/duration.ts';
import { parseImagePattern } from '../patterns/image-pattern.ts';
import { regularExpressionProblem } from '../patterns/text-pattern.ts';
import { described } from './described.ts';

// The single values that the language is made of.

/** A text that is not empty, of bounded length. */
export const text = z.string().min(1).max(4_096);

/** A pattern for images that `parseImagePattern` reads. */
export const imagePattern = described(
  'A glob on the canonical repository, or on repository:tag: * within a segment, ** across',
  z
    .string()
    .max(512)
    .check((context) => {
      const pattern = parseImagePattern(context.value);
      if (pattern.ok) return;
      context.issues.push({ code: 'custom', message: `not an image pattern: ${pattern.reason}`, input: context.value });
    }),
);

/** An RE2 expression for a whole text. */
export const regularExpression = described(
  'RE2 syntax, linear time; always anchored at both ends',
  z.string().check((context) => {
    const problem = regularExpressionProblem(context.value);
    if (problem === null) return;
    context.issues.push({ code: 'custom', message: `not a regular expression: ${problem}`, input: context.value });
  }),
);

/** A span of time that `parseDuration` reads. */
export const duration = described(
  'A duration: whole numbers with s, m, h, d, w or y',
  z.string().refine((value) => parseDuration(value) !== null, {
    error: ({ input }) =>
      /^(?:0+[smhdwy])+$/.test(String(input))
        ? 'zero is no duration; write for instance 90d or 12h, or leave it out'
        : 'not a duration; write for instance 90d or 12h',
  }),
);

/** A SHA-256, in hexadecimal without a prefix. */
export const sha256 = described(
  'SHA-256 of the bytes, hexadecimal',
  z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256: 64 lower-case hexadecimal digits'),
);
