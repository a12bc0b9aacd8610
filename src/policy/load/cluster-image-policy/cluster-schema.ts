import { RE2JS } from 're2js';
import * as z from 'zod';
import { clusterGlobProblem } from '../../language/patterns/cluster-glob.ts';
import { parsePublicKey } from '../files/key-material.ts';

// The verdicts of the admission controller's own validation (policy-controller
// pkg/apis/policy/v1beta1/clusterimagepolicy_validation.go, which v1alpha1 shares).

const text = z.string();

const glob = z.string().check((context) => {
  const problem = context.value === '' ? 'it is empty' : clusterGlobProblem(context.value);
  if (problem !== null)
    context.issues.push({ code: 'custom', message: `not a glob: ${problem}`, input: context.value });
});

const expression = z.string().check((context) => {
  try {
    RE2JS.compile(context.value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.issues.push({ code: 'custom', message: `not a regular expression: ${reason}`, input: context.value });
  }
});

function count(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined && value !== '').length;
}

const awsKey =
  /^awskms:\/\/(?:[^/:]+:\d+)?\/arn:(?:aws|aws-us-gov|aws-cn):kms:[a-z0-9-]+:\d{12}:(?:key\/(?:mrk-)?[A-Fa-f0-9]{8}(?:-?[A-Fa-f0-9]{4}){3}-?[A-Fa-f0-9]{12}|alias\/.*)$/;

function isKms(value: string): boolean {
  return awsKey.test(value) || /^(?:azurekms|hashivault|gcpkms):\/\//.test(value);
}

const key = z
  .strictObject({
    secretRef: z.strictObject({ name: text.optional(), namespace: text.optional() }).optional(),
    data: text.optional(),
    kms: z
      .string()
      .refine((value) => value === '' || isKms(value), 'not the name of a key in a supported key store')
      .optional(),
    hashAlgorithm: z.enum(['', 'sha224', 'sha256', 'sha384', 'sha512']).optional(),
  })
  .check((context) => {
    const { data, kms, secretRef } = context.value;
    const named = count(data, kms, secretRef);
    const key = data === undefined || data === '' ? null : parsePublicKey(data, null);
    const problem =
      named !== 1 ? 'say exactly one of data, kms and secretRef' : key?.ok === false ? `data: ${key.reason}` : null;
    if (problem !== null) context.issues.push({ code: 'custom', message: problem, input: context.value });
  });

const identity = z
  .strictObject({
    issuer: text.optional(),
    issuerRegExp: expression.optional(),
    subject: text.optional(),
    subjectRegExp: expression.optional(),
  })
  .refine((value) => count(value.issuer, value.issuerRegExp) === 1, 'say exactly one of issuer and issuerRegExp')
  .refine((value) => count(value.subject, value.subjectRegExp) === 1, 'say exactly one of subject and subjectRegExp');

const keyless = z
  .strictObject({
    url: text.optional(),
    identities: z.array(identity).min(1),
    'ca-cert': key.optional(),
    trustRootRef: text.optional(),
    insecureIgnoreSCT: z.boolean().optional(),
  })
  .refine((value) => count(value.url, value['ca-cert']) < 2, 'say one of url and ca-cert');

const policyFields = {
  type: z.enum(['cue', 'rego']),
  data: text.optional(),
  remote: z
    .strictObject({ url: z.string().regex(/^https:\/\/[^/]+/, 'not an https address'), sha256sum: z.string().min(1) })
    .optional(),
  configMapRef: z
    .strictObject({ name: z.string().min(1), namespace: text.optional(), key: z.string().min(1) })
    .optional(),
};

interface PolicySource {
  readonly data?: string | undefined;
  readonly remote?: unknown;
  readonly configMapRef?: unknown;
}

const hasOneSource = (value: PolicySource): boolean => count(value.data, value.remote, value.configMapRef) === 1;
const oneSource = 'say exactly one of data, remote and configMapRef';

const attestationPolicy = z.strictObject(policyFields).refine(hasOneSource, oneSource);

const specPolicy = z
  .strictObject({
    ...policyFields,
    fetchConfigFile: z.boolean().optional(),
    includeSpec: z.boolean().optional(),
    includeObjectMeta: z.boolean().optional(),
    includeTypeMeta: z.boolean().optional(),
  })
  .refine(hasOneSource, oneSource);

const authority = z
  .strictObject({
    name: text.optional(),
    key: key.optional(),
    keyless: keyless.optional(),
    static: z.strictObject({ action: z.enum(['pass', 'fail']), message: text.optional() }).optional(),
    source: z
      .array(
        z.strictObject({
          oci: text.optional(),
          tagPrefix: text.optional(),
          signaturePullSecrets: z.array(z.strictObject({ name: z.string().min(1) })).optional(),
        }),
      )
      .max(1)
      .optional(),
    ctlog: z.strictObject({ url: text.optional(), trustRootRef: text.optional() }).optional(),
    rfc3161timestamp: z.strictObject({ trustRootRef: text.optional() }).optional(),
    attestations: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          predicateType: z.string().min(1),
          policy: attestationPolicy.optional(),
        }),
      )
      .optional(),
    signatureFormat: z.enum(['', 'legacy', 'bundle']).optional(),
  })
  .refine((value) => count(value.key, value.keyless, value.static) === 1, 'say exactly one of key, keyless and static')
  .refine(
    (value) =>
      value.static === undefined ||
      ((value.attestations ?? []).length === 0 &&
        (value.source ?? []).length === 0 &&
        count(value.ctlog, value.rfc3161timestamp) === 0),
    'static stands alone, without attestations, source, ctlog and rfc3161timestamp',
  );

const resources = ['replicasets', 'deployments', 'pods', 'cronjobs', 'jobs', 'statefulsets', 'daemonsets'] as const;

const match = z
  .strictObject({
    group: text.optional(),
    version: text.optional(),
    resource: z.enum(['', ...resources]).optional(),
    selector: z.looseObject({}).optional(),
  })
  .refine(
    (value) => value.selector === undefined || count(value.group, value.version, value.resource) > 0,
    'selector needs a resource to choose from',
  );

/** A ClusterImagePolicy of policy.sigstore.dev, v1alpha1 or v1beta1, its nulls left out. */
export const clusterImagePolicySchema = z.strictObject({
  apiVersion: z.enum(['policy.sigstore.dev/v1alpha1', 'policy.sigstore.dev/v1beta1']),
  kind: z.literal('ClusterImagePolicy'),
  metadata: z.looseObject({ name: z.string().min(1) }),
  spec: z.strictObject({
    images: z.array(z.strictObject({ glob })).min(1),
    authorities: z.array(authority).min(1),
    policy: specPolicy.optional(),
    mode: z.enum(['', 'enforce', 'warn']).optional(),
    match: z.array(match).optional(),
  }),
  status: z.looseObject({}).optional(),
});

export type ClusterImagePolicyDocument = z.output<typeof clusterImagePolicySchema>;
export type AuthorityDocument = ClusterImagePolicyDocument['spec']['authorities'][number];
