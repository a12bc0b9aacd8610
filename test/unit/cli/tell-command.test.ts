import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallContext } from '../../../src/cli/command-row.ts';
import { tellingCommand } from '../../../src/cli/tell-command.ts';
import { VerifyError } from '../../../src/model/index.ts';
import { startCollector } from '../../support/metrics-collector.ts';
import { bareEnvironment } from '../oci/memory-registry.ts';

function contextWith(variables: Readonly<Record<string, string>>): CallContext {
  const never = new AbortController().signal;
  const interruptions = { listen: () => () => undefined, sharedTerminal: false, cancelled: never };
  return {
    environment: bareEnvironment({ variables }),
    debug: false,
    intercepted: false,
    watch: { cancelled: never, interruptions, stop: () => undefined },
  };
}

/** What a collector hears of a command. Docker gives it 50 ms, which a busy machine may need for the first connections. */
async function heardOf(run: () => Promise<number>): Promise<string> {
  const collector = await startCollector();
  onTestFinished(() => collector.close());
  const context = contextWith({ DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` });
  for (let attempt = 0; collector.requests.length === 0 && attempt < 40; attempt += 1)
    await tellingCommand(context, 'verify check', run).catch(() => undefined);
  return collector.requests[0]?.toString('latin1') ?? '';
}

/** A whole number, as OTLP writes it (`AnyValue.int_value`, field 3). */
const whole = (value: number): string => `\x18${String.fromCharCode(value)}`;

describe('a collector of metrics', () => {
  it('hears which command ran, and its status', async () => {
    const heard = await heardOf(() => Promise.resolve(10));
    expect(heard).toContain('command.time');
    expect(heard).toContain('verify check');
    expect(heard).toContain('command.status.code');
    expect(heard).toContain(whole(10));
    expect(heard).not.toContain('command.error.type');
  });

  it('hears the code of an error with the status that it ends with, and not its message', async () => {
    const heard = await heardOf(() => Promise.reject(new VerifyError('registry.unreachable', 'registry.example.com')));
    expect(heard).toContain('registry.unreachable');
    expect(heard).toContain(whole(11));
    expect(heard).not.toContain('registry.example.com');
  });

  it('hears of a defect that it is one', async () => {
    const heard = await heardOf(() => Promise.reject(new Error('x is not a function')));
    expect(heard).toContain('generic');
    expect(heard).toContain(whole(70));
    expect(heard).not.toContain('x is not a function');
  });

  it.each([
    ['hears nothing where the machine names none', {}],
    ['that is away', { DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
  ])('%s: a command ends as it would', async (_, variables) => {
    const context = contextWith(variables);
    expect(await tellingCommand(context, 'verify check', () => Promise.resolve(10))).toBe(10);
    const failure = new VerifyError('usage.invalid', 'no');
    await expect(tellingCommand(context, 'verify check', () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
