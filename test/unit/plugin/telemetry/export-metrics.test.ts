import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exportMetrics } from '../../../../src/plugin/telemetry/export-metrics.ts';
import { tellMetrics, wantsTelemetry } from '../../../../src/plugin/telemetry.ts';
import { type MetricsCollector, startCollector } from '../../../support/metrics-collector.ts';
import { newFolder } from '../../../support/new-folder.ts';

const metrics = [
  {
    name: 'command.time',
    description: 'Measures the duration of the command',
    unit: 'ms',
    points: [{ value: 12.5, attributes: { 'command.name': 'verify check', 'command.status.code': 10 } }],
  },
];
const open: MetricsCollector[] = [];
afterEach(() => {
  for (const collector of open.splice(0)) collector.close();
});

async function collector(options?: Parameters<typeof startCollector>[0]): Promise<MetricsCollector> {
  const started = await startCollector(options);
  open.push(started);
  return started;
}

const send = (endpoint: string, attributes = ''): Promise<void> =>
  exportMetrics({ endpoint, attributes, version: '1.2.3', mostTime: 5_000 }, metrics);

describe('telling metrics to a collector', () => {
  it('over real gRPC, with what ran and how it ended', async () => {
    const { port, requests } = await collector();
    await send(`http://127.0.0.1:${port}`, 'docker.cli.cobra.command_path=docker%20verify,broken,bad=%E0%A4%A,=x');
    expect(requests).toHaveLength(1);
    const text = requests[0]?.toString('latin1') ?? '';
    for (const word of [
      'command.time',
      'verify check',
      'command.status.code',
      'docker-verify',
      '1.2.3',
      'docker verify',
    ])
      expect(text).toContain(word);
    expect(text).not.toContain('broken');
    const value = Buffer.alloc(8);
    value.writeDoubleLE(12.5);
    expect(text).toContain(value.toString('latin1'));
  });

  it('over a socket of this machine', async () => {
    const path = join(newFolder('otel'), 'collector.sock');
    const { requests } = await collector({ address: `unix:${path}` });
    await send(`unix://${path}`);
    expect(requests).toHaveLength(1);
  });

  it.each<[string, () => Promise<string>]>([
    ['a collector that refuses', async () => `http://127.0.0.1:${(await collector({ refusing: true })).port}`],
    ['nothing that listens', async () => 'http://127.0.0.1:1'],
    ['no address', async () => 'collector:4317'],
    ['no URL at all', async () => 'nonsense'],
  ])('fails at %s, and telling it is silent', async (_, endpoint) => {
    const address = await endpoint();
    await expect(send(address)).rejects.toBeInstanceOf(Error);
    const variables = { DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT: address };
    await expect(tellMetrics({ variables }, '1.2.3', metrics)).resolves.toBeUndefined();
  });

  it('waits no longer than it is allowed to', async () => {
    const server = createServer(() => undefined); // accepts, and never says a word
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const exporter = { endpoint: `http://127.0.0.1:${port}`, attributes: '', version: '1', mostTime: 50 };
    await expect(exportMetrics(exporter, metrics)).rejects.toThrow('no answer in 50 ms');
    server.close();
  });

  it('is wanted only where the variable says where', () => {
    expect(wantsTelemetry({ variables: {} })).toBe(false);
    expect(wantsTelemetry({ variables: { DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT: '' } })).toBe(false);
    expect(wantsTelemetry({ variables: { DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4317' } })).toBe(true);
  });
});
