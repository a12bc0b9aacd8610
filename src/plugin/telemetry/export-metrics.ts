import { randomUUID } from 'node:crypto';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { callOnce } from './grpc-call.ts';

/** A sum that only grows, with what it is about. */
export interface Metric {
  readonly name: string;
  readonly description: string;
  /** By UCUM, for instance `ms`. */
  readonly unit: string;
  readonly points: readonly {
    readonly value: number;
    readonly attributes: Readonly<Record<string, string | number | boolean>>;
  }[];
}

/** Where metrics are sent, and in whose name. */
export interface Exporter {
  readonly endpoint: string;
  /** `OTEL_RESOURCE_ATTRIBUTES`: `key=value`, separated by commas, values percent-encoded (OpenTelemetry specification, Resource SDK). */
  readonly attributes: string;
  readonly version: string;
  /** Milliseconds. */
  readonly mostTime: number;
}

const method = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

type ResourceMetrics = Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0];
type Time = [seconds: number, nanoseconds: number];

/** The enumerations of @opentelemetry/sdk-metrics, which is not loaded for three numbers. */
const cumulative = 1;
const sumPoints = 3;
const double = 1;

function timeOf(milliseconds: number): Time {
  return [Math.floor(milliseconds / 1_000), Math.floor((milliseconds % 1_000) * 1e6)];
}

function givenAttributes(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    if (at <= 0) return [];
    try {
      return [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const];
    } catch {
      return []; // not percent-encoded as it has to be
    }
  });
  return Object.fromEntries(pairs.slice(0, 64));
}

/** The metrics as OTLP has them (opentelemetry-proto 1, metrics.proto), each a cumulative sum since the process began. */
function encodeMetrics(exporter: Exporter, metrics: readonly Metric[]): Uint8Array {
  const endTime = timeOf(Date.now());
  const startTime = timeOf(performance.timeOrigin);
  const request = {
    resource: {
      attributes: {
        ...givenAttributes(exporter.attributes),
        'service.name': 'docker-verify',
        'service.version': exporter.version,
        'service.instance.id': randomUUID(),
      },
    },
    scopeMetrics: [
      {
        scope: { name: 'docker-verify', version: exporter.version },
        metrics: metrics.map(({ name, description, unit, points }) => ({
          descriptor: { name, description, unit, valueType: double },
          aggregationTemporality: cumulative,
          dataPointType: sumPoints,
          isMonotonic: true,
          dataPoints: points.map(({ value, attributes }) => ({ startTime, endTime, attributes, value })),
        })),
      },
    ],
  };
  // the shape is the one the serializer reads; its types want what only the whole SDK makes
  const bytes = ProtobufMetricsSerializer.serializeRequest(request as unknown as ResourceMetrics);
  if (bytes === undefined) throw new Error('the metrics cannot be encoded');
  return bytes;
}

/**
 * Tells metrics to a collector.
 * @throws Error where it cannot be reached in time or refuses
 */
export async function exportMetrics(exporter: Exporter, metrics: readonly Metric[]): Promise<void> {
  await callOnce(exporter.endpoint, method, encodeMetrics(exporter, metrics), exporter.mostTime);
}
