import * as z from 'zod';
import { isRecord, VerifyError } from '../../model/index.ts';

/** An object whose members may have any name: zod's own records leave out `__proto__`, which a bake file may use as well. */
function members<Member>(isMember: (value: unknown) => value is Member) {
  return z.custom<Readonly<Record<string, Member>>>((value) => isRecord(value) && Object.values(value).every(isMember));
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isTextOrTruth = (value: unknown): value is string | boolean => typeof value === 'boolean' || isText(value);

/** Older buildx prints attributes as one text, newer as an object. */
const attributes = z.union([z.string(), members(isTextOrTruth)]);
const secret = z.union([z.string(), z.looseObject({ id: z.string().optional(), src: z.string().optional() })]);
const ssh = z.union([z.string(), z.looseObject({ id: z.string().optional(), paths: z.array(z.string()).optional() })]);

const target = z.looseObject({
  context: z.string().nullish(),
  contexts: members(isText).nullish(),
  dockerfile: z.string().nullish(),
  'dockerfile-inline': z.string().nullish(),
  args: members(isTextOrNull).nullish(),
  labels: members(isTextOrNull).nullish(),
  'extra-hosts': members(isTextOrNull).nullish(),
  network: z.string().nullish(),
  annotations: z.array(z.string()).nullish(),
  tags: z.array(z.string()).nullish(),
  target: z.string().nullish(),
  platforms: z.array(z.string()).nullish(),
  attest: z.array(attributes).nullish(),
  'cache-from': z.array(attributes).nullish(),
  'cache-to': z.array(attributes).nullish(),
  output: z.array(attributes).nullish(),
  secret: z.array(secret).nullish(),
  ssh: z.array(ssh).nullish(),
  call: z.string().nullish(),
});

const definition = z.object({
  group: z.unknown().optional(),
  target: z.custom<Readonly<Record<string, unknown>>>(isRecord),
});

/** Attributes of an attestation, a cache or an output, as buildx prints them. */
export type PrintedAttributes = z.infer<typeof attributes>;

/** One target of `buildx bake --print` (buildx, bake/bake.go: Target), with everything else that it has. */
export type PrintedTarget = z.infer<typeof target>;

/** The answer of `buildx bake --print`. */
export interface PrintedBake {
  readonly group: unknown;
  /** Every one of them is built, those that others merely refer to included. */
  readonly targets: readonly (readonly [name: string, target: PrintedTarget])[];
}

function notUnderstood(cause: unknown): VerifyError {
  return new VerifyError('bake.invalid', 'buildx describes the bake targets in a way that is not understood', {
    hint: 'see what `docker buildx bake --print` answers, and which version `docker buildx version` names',
    cause,
  });
}

/**
 * Reads the answer of `buildx bake --print`.
 * @throws VerifyError `bake.invalid` where it is something else
 */
export function readPrintedBake(printed: unknown): PrintedBake {
  const read = definition.safeParse(printed);
  if (!read.success) throw notUnderstood(read.error);
  const targets = Object.entries(read.data.target).map(([name, written]) => {
    const known = target.safeParse(written);
    if (!known.success) throw notUnderstood(known.error);
    return [name, known.data] as const;
  });
  return { group: read.data.group, targets };
}
