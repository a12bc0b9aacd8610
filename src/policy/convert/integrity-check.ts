import * as z from 'zod';
import { regularExpressionProblem } from '../language/patterns/text-pattern.ts';
import type { ConvertedPolicy, ConvertedRule } from './converted-policy.ts';

const text = z.string().min(1);

/** integrity-check's `image-policy.json`, in both spellings of its fields. */
export const integrityCheckSchema = z.strictObject({
  policies: z.array(
    z.strictObject({
      name: text.optional(),
      'oidc-issuer': text.optional(),
      oidc_issuer: text.optional(),
      'certificate-identity': text.optional(),
      certificate_identity: text.optional(),
      'certificate-identity-regexp': text.optional(),
      certificate_identity_regexp: text.optional(),
    }),
  ),
});

/** Every image had to be signed by any one of the identities: one rule for all images. */
export function convertIntegrityCheck(document: z.output<typeof integrityCheckSchema>): ConvertedPolicy {
  const comments: string[] = [];
  const signedBy: object[] = [];
  for (const [index, policy] of document.policies.entries()) {
    const name = policy.name ?? `policy ${index + 1}`;
    const issuer = policy['oidc-issuer'] ?? policy.oidc_issuer;
    const identity = policy['certificate-identity'] ?? policy.certificate_identity;
    const expression = policy['certificate-identity-regexp'] ?? policy.certificate_identity_regexp;
    if (issuer === undefined || (identity === undefined) === (expression === undefined)) {
      comments.push(`${name}: integrity-check could never use it, for it names no issuer, or not exactly one identity`);
      continue;
    }
    const problem = expression === undefined ? null : regularExpressionProblem(expression);
    if (problem !== null) {
      comments.push(`${name}: its expression cannot be used: ${problem}`);
      continue;
    }
    // cosign verify, which it ran, asks for an entry in the log
    const log = { log: 'required' };
    if (identity !== undefined) signedBy.push({ keyless: { issuer, identity }, ...log });
    else {
      comments.push(`${name}: the expression was not anchored for integrity-check; it is here, at both ends`);
      signedBy.push({ keyless: { issuer, identityRegexp: expression }, ...log });
    }
  }
  const rule: ConvertedRule = {
    rule: { name: 'integrity-check', images: ['**'], signedBy },
    comments: [...comments, 'integrity-check let any of these signers pass any image: split this rule by image'],
  };
  return {
    from: "integrity-check's image-policy.json",
    comments: [],
    settings: { mode: 'enforce', default: 'deny' },
    rules: [rule],
  };
}
