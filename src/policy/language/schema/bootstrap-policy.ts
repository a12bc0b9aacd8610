import type * as z from 'zod';
import { VerifyError } from '../../../model/index.ts';
import { bundle, download } from './extension-schema.ts';
import type { SignerDocument } from './schema.ts';
import { stringifyYaml } from './stringify-yaml.ts';

/** What a machine knows of its organisation's policy before it reads it: where it is, and who must have signed it. */
export interface Bootstrap {
  /** `oci://…`, or `https://…#sha256=…`. */
  readonly from: string;
  /** As an entry of `signedBy`, its files named relative to the policy; null beside a checksum. */
  readonly signer: SignerDocument | null;
}

function refused(message: string, hint: string): VerifyError {
  return new VerifyError('usage.invalid', message, { hint });
}

/** The first thing that is wrong, the innermost where one lies in another. */
function reasonOf({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'it makes no sense' : `${issue.path.join('.')}: ${issue.message}`;
}

function extensionOf({ from, signer }: Bootstrap): unknown {
  if (from.startsWith('oci://')) {
    if (signer === null)
      throw refused(
        `no signer is named for ${from.slice(0, 200)}`,
        'add --key FILE, or --identity NAME with --issuer URL',
      );
    const checked = bundle.safeParse({ from, signedBy: [signer] });
    if (!checked.success)
      throw refused(`this is no policy to extend: ${reasonOf(checked.error)}`, 'write oci://REGISTRY/REPOSITORY:TAG');
    return checked.data;
  }
  if (!download.safeParse(from).success)
    throw refused(
      `${from.slice(0, 200)} is no policy to extend`,
      'write oci://REGISTRY/REPOSITORY:TAG with --key FILE, or https://…#sha256=…',
    );
  if (signer !== null)
    throw refused('a policy that is held to its checksum has no signer', 'leave --key and --identity away');
  return from;
}

/**
 * The policy of a machine that does nothing but extend its organisation's.
 * @throws VerifyError `usage.invalid`
 */
export function bootstrapPolicy(bootstrap: Bootstrap): string {
  return stringifyYaml({ version: 1, extends: [extensionOf(bootstrap)] });
}
