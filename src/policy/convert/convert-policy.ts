import * as z from 'zod';
import { isRecord, VerifyError } from '../../model/index.ts';
import { isClusterPolicyKind } from '../language/compiled/cluster-policy.ts';
import { validateDocument } from '../language/schema/validate-document.ts';
import { parseYamlSources, type YamlSource } from '../language/schema/yaml-source.ts';
import { containersPolicySchema, convertContainersPolicy } from './containers-policy.ts';
import { type ConvertedPolicy, renderConverted, unconverted } from './converted-policy.ts';
import { convertDockerTrust } from './docker-trust.ts';
import { convertIntegrityCheck, integrityCheckSchema } from './integrity-check.ts';
import { convertKyverno, kyvernoSchema } from './kyverno.ts';
import { convertNotationTrustPolicy, notationTrustPolicySchema } from './notation-trust-policy.ts';
import type { ConversionAids } from './public-sigstore.ts';
import { readBack } from './read-back.ts';
import { readTrustFolder } from './read-trust-folder.ts';

/** Another tool's policy in our language. */
export interface ConversionResult {
  /** The tool, for people. */
  readonly from: string;
  /** Our policy. */
  readonly yaml: string;
  /** What has no equal; each stands in the policy as a comment too. */
  readonly unconverted: readonly string[];
}

/** Where nothing but the document is known. */
const unaided: ConversionAids = { readFile: () => null, publicSigstore: { authorities: [], logKeys: [] } };

/** Refuses what needs no conversion, and says how it is used. */
function refuseOurs(sources: readonly { readonly value: unknown }[], file: string): void {
  const values = sources.map(({ value }) => (isRecord(value) ? value : {}));
  if (values.some((value) => isClusterPolicyKind(value['kind'])))
    throw new VerifyError('policy.invalid', `${file} is a policy of a cluster, which is used as it is`, {
      place: { file },
      hint: `write clusterImagePolicies: ["${file}"] into docker-verify.yaml`,
    });
  if (values.some((value) => value['version'] === 1 && ['rules', 'default', 'mode'].some((field) => field in value)))
    throw new VerifyError('policy.invalid', `${file} is a policy of docker verify already`, {
      place: { file },
      hint: `docker verify policy check ${file} says whether it is valid`,
    });
}

/**
 * Converts a policy of integrity-check, containers-policy.json, Notation or Kyverno, whichever it is by its fields. The
 * result allows nothing that the source refuses, and is read back before it is handed out.
 * @param file its name, for messages
 * @throws VerifyError `policy.invalid` where it is none of these, or one that its own tool refuses
 */
export async function convertPolicy(
  bytes: Uint8Array,
  file: string,
  aids: ConversionAids = unaided,
): Promise<ConversionResult> {
  const sources = parseYamlSources(bytes, file);
  const kyverno = sources.filter(({ value }) => isKyverno(value));
  const others = sources.flatMap((source) => {
    const converted = convertSource(source, file, aids);
    return converted === null ? [] : [converted];
  });
  if (kyverno.length > 0) others.push(convertKyverno(kyverno.map((source) => validateDocument(source, kyvernoSchema))));
  const [converted, ...more] = others;
  if (converted === undefined) {
    refuseOurs(sources, file);
    throw new VerifyError('policy.invalid', `${file} is no policy of a tool that is known here`, {
      place: { file },
      hint: 'known are integrity-check, containers-policy.json, Notation trust policies, Kyverno verifyImages and ~/.docker/trust',
    });
  }
  if (more.length > 0) {
    throw new VerifyError('policy.invalid', `${file} holds several policies, each with a default of its own`, {
      place: { file },
      hint: 'convert each by itself',
    });
  }
  const yaml = renderConverted(converted);
  await readBack(yaml, file);
  return { from: converted.from, yaml, unconverted: unconverted(converted) };
}

/**
 * Converts the keys that Docker Content Trust has pinned in a folder.
 * @param folder absolute
 * @param file its name, for messages
 * @throws VerifyError `policy.invalid` where it is no such folder
 */
export async function convertTrustFolder(folder: string, file: string): Promise<ConversionResult> {
  const converted = convertDockerTrust(await readTrustFolder(folder, file));
  const yaml = renderConverted(converted);
  await readBack(yaml, file);
  return { from: converted.from, yaml, unconverted: unconverted(converted) };
}

function convertSource(source: YamlSource, file: string, aids: ConversionAids): ConvertedPolicy | null {
  const { value } = source;
  if (typeof value !== 'object' || value === null) return null;
  if ('policies' in value) return convertIntegrityCheck(validateDocument(source, integrityCheckSchema));
  if ('trustPolicies' in value)
    return convertNotationTrustPolicy(validateDocument(source, notationTrustPolicySchema), file);
  return 'default' in value && !('version' in value)
    ? convertContainersPolicy(validateDocument(source, containersPolicySchema), aids)
    : null;
}

function isKyverno(value: unknown): boolean {
  return z
    .looseObject({
      apiVersion: z.string().startsWith('kyverno.io/'),
      kind: z.enum(['ClusterPolicy', 'Policy']),
      spec: z.unknown(),
    })
    .safeParse(value).success;
}
