import type { Environment } from '../model/index.ts';
import type { Metric } from './telemetry/export-metrics.ts';

export type { Metric } from './telemetry/export-metrics.ts';

/** As long as Docker's CLI waits for it (docker/cli, cli/command/telemetry_utils.go: `exportTimeout`), milliseconds. */
const mostTime = 50;

const endpointVariable = 'DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT';

/** Whether this machine collects how commands ran, as Docker's CLI reports it (docs.docker.com/engine/cli/otel). */
export function wantsTelemetry({ variables }: Pick<Environment, 'variables'>): boolean {
  return (variables[endpointVariable] ?? '') !== '';
}

/**
 * Tells metrics to the collector that `DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT` names (`http`, `https` or `unix`), by OTLP over gRPC.
 * Waits 50 ms at most, and never throws: a collector that is away changes nothing. Nothing is loaded where the variable is not set.
 */
export async function tellMetrics(
  environment: Pick<Environment, 'variables'>,
  version: string,
  metrics: readonly Metric[],
): Promise<void> {
  if (!wantsTelemetry(environment) || metrics.length === 0) return;
  const { exportMetrics } = await import('./telemetry/export-metrics.ts');
  const { variables } = environment;
  const endpoint = variables[endpointVariable] ?? '';
  const attributes = variables['OTEL_RESOURCE_ATTRIBUTES'] ?? '';
  await exportMetrics({ endpoint, attributes, version, mostTime }, metrics).catch(() => undefined);
}
