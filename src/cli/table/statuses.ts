import { exitStatus } from '../exit-status.ts';

type StatusRow = readonly [status: number, means: string];

export const usage: StatusRow = [exitStatus.usage, 'wrong usage'];
export const invalidPolicy: StatusRow = [exitStatus.configuration, 'a policy or configuration file is not valid'];
export const invalidDockerfile: StatusRow = [exitStatus.dockerfile, 'the Dockerfile is missing or not valid'];
export const unverifiable: StatusRow = [
  exitStatus.unverifiable,
  'could not be verified or enforced: network, registry, trust root, builder',
];
/** Of what writes to a registry. */
export const unpushed: StatusRow = [
  exitStatus.unverifiable,
  'not pushed, or not signed: the registry, the network, or a service of the Sigstore',
];
export const blocked: StatusRow = [exitStatus.blocked, 'blocked by a policy'];

/** Of what looks at images. */
export const lookingStatuses: readonly StatusRow[] = [
  [exitStatus.allowed, 'done'],
  unverifiable,
  usage,
  invalidDockerfile,
  invalidPolicy,
];

/** Of what gives a verdict. */
export const verdictStatuses: readonly StatusRow[] = [
  [exitStatus.allowed, 'allowed, warnings included'],
  blocked,
  unverifiable,
  usage,
  invalidDockerfile,
  invalidPolicy,
];

/** Of what builds. */
export const buildStatuses: readonly StatusRow[] = [
  [exitStatus.allowed, 'allowed, warnings included, and built'],
  blocked,
  unverifiable,
  [exitStatus.unverifiedUsed, 'the build used something that was not verified'],
  usage,
  invalidDockerfile,
  invalidPolicy,
];

/** Of commands that look nothing up. */
export const plainStatuses: readonly StatusRow[] = [[exitStatus.allowed, 'done'], usage, invalidPolicy];
