import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { parseBoundedJson } from '../../../model/index.ts';
import type { ConversionAids } from '../../../policy/index.ts';
import { embeddedTrustedRoots } from '../../../trust/index.ts';

const bytes = z.object({ rawBytes: z.base64() });
const period = z.object({ end: z.string().optional() }).optional();
const trustedRoot = z.object({
  certificateAuthorities: z.array(
    z.object({ certChain: z.object({ certificates: z.array(bytes) }), validFor: period }),
  ),
  tlogs: z.array(z.object({ publicKey: bytes })),
});

const largestFile = 1_048_576; // bytes

function fingerprint({ rawBytes }: z.output<typeof bytes>): string {
  return createHash('sha256').update(Buffer.from(rawBytes, 'base64')).digest('hex');
}

/** What a conversion compares authorities and logs with, and how it reads the files that a policy names. */
export function conversionAids(folder: string): ConversionAids {
  const [root] = embeddedTrustedRoots();
  const { certificateAuthorities, tlogs } = trustedRoot.parse(parseBoundedJson(root?.json ?? '{}'));
  const current = certificateAuthorities.filter(({ validFor }) => validFor?.end === undefined);
  return {
    readFile: (path) => {
      try {
        const file = resolve(folder, path);
        const { size } = statSync(file);
        // a pipe or a device has no size, and might never end
        return size === 0 || size > largestFile ? null : readFileSync(file);
      } catch {
        return null;
      }
    },
    publicSigstore: {
      authorities: current.map(({ certChain }) => certChain.certificates.map(fingerprint)),
      logKeys: tlogs.map(({ publicKey }) => fingerprint(publicKey)),
    },
  };
}
