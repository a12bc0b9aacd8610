import type { Pipeline } from './pipeline.ts';

/** Whether builds are recorded: a machine's or user's policy or the variable switches it off. */
export function isRecording({ session, policies }: Pick<Pipeline, 'session' | 'policies'>): boolean {
  return policies.records && session.environment.variables['DOCKER_VERIFY_RECORDS']?.toLowerCase() !== 'off';
}
