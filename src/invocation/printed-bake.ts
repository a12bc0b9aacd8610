import * as z from 'zod';
import { VerifyError } from '../model/index.ts';

/** Older buildx prints attributes as one text, newer as an object. */
const attributes = z.union([z.string(), z.record(z.string(), z.union([z.string(), z.boolean()]))]);

const target = z.object({
  context: z.string().nullish(),
  contexts: z.record(z.string(), z.string()).nullish(),
  dockerfile: z.string().nullish(),
  'dockerfile-inline': z.string().nullish(),
  args: z.record(z.string(), z.string().nullable()).nullish(),
  tags: z.array(z.string()).nullish(),
  target: z.string().nullish(),
  platforms: z.array(z.string()).nullish(),
  attest: z.array(attributes).nullish(),
  'cache-from': z.array(attributes).nullish(),
  output: z.array(attributes).nullish(),
  call: z.string().nullish(),
});

const definition = z.object({ target: z.record(z.string(), target) });

/** Attributes of an attestation, a cache or an output, as buildx prints them. */
export type PrintedAttributes = z.infer<typeof attributes>;

/** One target of `buildx bake --print` (buildx, bake/bake.go: Target). */
export type PrintedTarget = z.infer<typeof target>;

/**
 * The targets in the answer of `buildx bake --print`: every one of them is built, those that others merely refer to included.
 * @throws VerifyError `bake.invalid` where it is something else
 */
export function readPrintedBake(printed: unknown): readonly (readonly [name: string, target: PrintedTarget])[] {
  const read = definition.safeParse(printed);
  if (read.success) return Object.entries(read.data.target);
  throw new VerifyError('bake.invalid', 'buildx describes the bake targets in a way that is not understood', {
    hint: 'see what `docker buildx bake --print` answers, and which version `docker buildx version` names',
    cause: read.error,
  });
}
