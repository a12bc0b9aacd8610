import { describe, expect, it } from 'vitest';
import { startCollector } from '../../support/metrics-collector.ts';
import { acmePolicy, lab, type Outcome, projectFolder, runVerify } from '../support/lab.ts';

const { registry } = lab();

async function check(image: string, endpoint: string | null): Promise<Outcome> {
  const folder = await projectFolder({
    Dockerfile: `FROM ${registry}/${image}\n`,
    'docker-verify.yaml': acmePolicy(),
  });
  const env = endpoint === null ? {} : { DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  return await runVerify(['check', '.'], { cwd: folder, env });
}

describe('the collector that Docker tells its commands to', () => {
  it('learns how a check ended and how many images ended how, and no names', async () => {
    const collector = await startCollector();
    try {
      const endpoint = `http://127.0.0.1:${collector.port}`;
      const texts: string[] = [];
      // what takes longer than 50 ms is given up, which on a busy machine may happen
      for (let run = 0; run < 5 && !texts.some((text) => text.includes('docker_verify.verdicts')); run += 1) {
        expect(await check('unsigned/base:1', endpoint)).toMatchObject({ status: 10 });
        texts.push(...collector.requests.splice(0).map((request) => request.toString('latin1')));
      }
      expect(texts.some((text) => text.includes('docker_verify.verdicts') && text.includes('block'))).toBe(true);
      expect(texts.some((text) => text.includes('command.time') && text.includes('verify check'))).toBe(true);
      expect(texts.some((text) => text.includes('unsigned/base') || text.includes(registry))).toBe(false);
    } finally {
      collector.close();
    }
  });

  it('changes nothing where it is away, and is asked nothing where none is named', async () => {
    const plain = await check('unsigned/base:1', null);
    const away = await check('unsigned/base:1', 'http://127.0.0.1:1');
    expect([away.status, away.stderr]).toEqual([plain.status, plain.stderr]);
  });
});
