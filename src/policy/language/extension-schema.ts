import * as z from 'zod';
import { signedBy } from './signer-schema.ts';

const download = /^https:\/\/[^#\s]+#sha256=[0-9a-f]{64}$/;
const bundle = /^oci:\/\/[^#\s@]+$/;

/** A policy that another one extends. */
export const extension = z
  .union([
    z.string().regex(download, 'without signedBy a policy is extended by https://…#sha256=… alone'),
    z.strictObject({
      from: z
        .string()
        .regex(bundle, 'not a bundle: write oci://REGISTRY/REPOSITORY:TAG')
        .describe('A bundle in a registry: oci://REGISTRY/REPOSITORY:TAG'),
      signedBy: signedBy.min(1).describe('Who must have signed it; any one of these suffices'),
      threshold: z.int().min(1).max(100).optional().describe('How many entries of signedBy must be satisfied'),
    }),
  ])
  .describe('https://…#sha256=…, or a signed bundle');
