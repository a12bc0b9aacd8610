import * as z from 'zod';
import { VerifyError } from '../../model/index.ts';
import { validateDocument } from '../validate-document.ts';
import { parseYamlSources, type YamlSource } from '../yaml-source.ts';
import { containersPolicySchema, convertContainersPolicy } from './containers-policy.ts';
import { type ConvertedPolicy, renderConverted, unconverted } from './converted-policy.ts';
import { convertIntegrityCheck, integrityCheckSchema } from './integrity-check.ts';
import { convertKyverno, kyvernoSchema } from './kyverno.ts';
import { convertNotationTrustPolicy, notationTrustPolicySchema } from './notation-trust-policy.ts';

/** Another tool's policy in our language. */
export interface ConversionResult {
  /** The tool, for people. */
  readonly from: string;
  /** Our policy. */
  readonly yaml: string;
  /** What has no equal; each stands in the policy as a comment too. */
  readonly unconverted: readonly string[];
}

/**
 * Converts a policy of integrity-check, containers-policy.json, Notation or Kyverno, whichever it is by its fields.
 * @param file its name, for messages
 * @throws VerifyError `policy.invalid` where it is none of these
 */
export function convertPolicy(bytes: Uint8Array, file: string): ConversionResult {
  const results = parseYamlSources(bytes, file).flatMap((source) => {
    const converted = convertSource(source);
    return converted === null ? [] : [converted];
  });
  const [first, ...others] = results;
  if (first === undefined) {
    throw new VerifyError('policy.invalid', `${file} is no policy of a tool that is known here`, {
      place: { file },
      hint: 'known are integrity-check, containers-policy.json, Notation trust policies and Kyverno verifyImages',
    });
  }
  const merged = {
    ...first,
    comments: results.flatMap(({ comments }) => comments),
    rules: results.flatMap(({ rules }) => rules),
  };
  return {
    from: first.from,
    yaml: renderConverted(others.length === 0 ? first : merged),
    unconverted: unconverted(merged),
  };
}

function convertSource(source: YamlSource): ConvertedPolicy | null {
  const { value } = source;
  if (typeof value !== 'object' || value === null) return null;
  if ('policies' in value) return convertIntegrityCheck(validateDocument(source, integrityCheckSchema));
  if ('trustPolicies' in value) return convertNotationTrustPolicy(validateDocument(source, notationTrustPolicySchema));
  if ('kind' in value && 'spec' in value)
    return isKyverno(value) ? convertKyverno(validateDocument(source, kyvernoSchema)) : null;
  return 'default' in value && !('version' in value)
    ? convertContainersPolicy(validateDocument(source, containersPolicySchema))
    : null;
}

function isKyverno(value: object): boolean {
  return z
    .looseObject({ apiVersion: z.string().startsWith('kyverno.io/'), kind: z.enum(['ClusterPolicy', 'Policy']) })
    .safeParse(value).success;
}
