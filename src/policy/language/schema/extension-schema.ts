import * as z from 'zod';
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
  from: z
    .string()
    .regex(/^oci:\/\/[^#\s@]+$/, 'not a bundle: write oci://REGISTRY/REPOSITORY:TAG')
    .describe('A bundle in a registry: oci://REGISTRY/REPOSITORY:TAG'),
  signedBy: signedBy.min(1).describe('Who must have signed it; any one of these suffices'),
  threshold: z.int().min(1).max(100).optional().describe('How many entries of signedBy must be satisfied'),
});

/** A policy that another one extends. */
export const extension = z.union([download, bundle]).describe('https://…#sha256=…, or a signed bundle');
