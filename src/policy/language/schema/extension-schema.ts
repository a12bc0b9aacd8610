import * as z from 'zod';
import { described } from './described.ts';
import { signedBy } from './signer-schema.ts';

/** A policy that is downloaded, by the SHA-256 of its bytes. */
export const download = z
  .string()
  .regex(
    /^https:\/\/[^#\s]+#sha256=[0-9a-f]{64}$/,
    'without signedBy a policy is extended by https://…#sha256=… alone',
  );

/** A policy in a registry, with the signers that it must have. */
export const bundle = z.strictObject({
  from: described(
    'A bundle in a registry: oci://REGISTRY/REPOSITORY:TAG',
    z.string().regex(/^oci:\/\/[^#\s@]+$/, 'not a bundle: write oci://REGISTRY/REPOSITORY:TAG'),
  ),
  signedBy: described('Who must have signed it; any one of these suffices', signedBy.min(1)),
  threshold: described('How many entries of signedBy must be satisfied', z.int().min(1).max(100).optional()),
});

/** A policy that another one extends. */
export const extension = described('https://…#sha256=…, or a signed bundle', z.union([download, bundle]));
