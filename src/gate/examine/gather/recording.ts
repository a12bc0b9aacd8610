import type { Environment } from '../../../model/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';

const variable = 'DOCKER_VERIFY_RECORDS';

/** Whether builds are recorded: a machine's or user's policy or the variable switches it off. */
export function isRecording({ session, policies }: Pick<Pipeline, 'session' | 'policies'>): boolean {
  return policies.records && session.environment.variables[variable]?.toLowerCase() !== 'off';
}

/** What is to be said of a value that switches nothing: who wrote `no` meant that nothing be recorded. Null where it is understood. */
export function recordingRemark({ variables }: Pick<Environment, 'variables'>): string | null {
  const value = variables[variable] ?? '';
  if (/^(?:on|off)?$/i.test(value)) return null;
  return `${variable} is "${value.slice(0, 100)}", expected on or off: the build is recorded`;
}
