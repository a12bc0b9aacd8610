import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { acmePolicy, digestOf, lab, projectFolder, runVerify, temporaryFolder } from '../support/lab.ts';

const running = lab();
const { registry } = running;

describe('records that are pushed to several images', () => {
  it('are told where a later image fails, since they stay attached', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const cwd = await projectFolder({
      Dockerfile: `FROM ${registry}/signed/base:1\nCOPY name /name\n`,
      name: `halfway-${process.pid}-${Date.now()}\n`,
      'docker-verify.yaml': acmePolicy(),
      'team.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    const env = { XDG_STATE_HOME: await temporaryFolder() };
    const image = `${registry}/halfway-${process.pid}/app:1`;
    expect(await runVerify(['build', '--push', '-t', image, '.'], { cwd, env })).toMatchObject({ status: 0 });
    const absent = `${registry}/halfway-${process.pid}/absent:1`;
    const push = (...images: readonly string[]) =>
      runVerify(['records', 'push', '--key', 'team.pem', ...images], { cwd, env });
    const half = await push(image, absent);
    expect(half).toMatchObject({ status: 11, stdout: '' });
    expect(half.stderr).toContain(`; attached before that: ${image}@${await digestOf(running, image)}`);
    expect((await push(absent, image)).stderr).not.toContain('attached before');
  });
});
