import { isVerifyError } from '../gate/index.ts';
import { tellMetrics, wantsTelemetry } from '../plugin/index.ts';
import type { CallContext } from './command-row.ts';
import { exitStatus, exitStatusOf } from './exit-status.ts';
import { toolVersion } from './tool-version.ts';

/**
 * Runs a command and, where this machine wants it, tells how long it took and how it ended: Docker's own metric `command.time` with its own
 * attributes (docker/cli, cli/command/telemetry_utils.go).
 * @param name as it is typed behind `docker`, for instance `verify check`
 */
export async function tellingCommand(context: CallContext, name: string, run: () => Promise<number>): Promise<number> {
  const { environment } = context;
  if (!wantsTelemetry(environment)) return await run();
  const begun = performance.now();
  const tell = async (end: Readonly<Record<string, string | number>>): Promise<void> => {
    const point = { value: performance.now() - begun, attributes: { 'command.name': name, ...end } };
    const description = 'Measures the duration of the command';
    await tellMetrics(environment, toolVersion, [{ name: 'command.time', description, unit: 'ms', points: [point] }]);
  };
  try {
    const status = await run();
    await tell({ 'command.status.code': status });
    return status;
  } catch (error) {
    const known = isVerifyError(error);
    await tell({
      'command.status.code': known ? exitStatusOf(error) : exitStatus.defect,
      'command.error.type': known ? error.code : 'generic',
    });
    throw error;
  }
}
