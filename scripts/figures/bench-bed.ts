import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { copyImage } from '../lab/images.ts';
import { openLab, type RunningLab } from '../lab/running-lab.ts';
import { sign } from '../lab/signing.ts';
import { startTestRegistry } from '../lab/test-registry.ts';
import type { Subject } from './measure.ts';

/** What the figures are measured on. */
export interface BenchBed {
  readonly lab: RunningLab;
  /** Ten signed bases in a registry that adds 40 ms to each request. */
  readonly bases: readonly string[];
  readonly subject: (program: string, parameters: readonly string[]) => Subject;
  readonly executable: string;
  /** How often the slow registry was asked since the last call. */
  readonly countRequests: () => number;
  readonly close: () => Promise<void>;
}

const latency = 40;

/** A folder with a policy, a Dockerfile on a signed base, and a configuration of Docker's CLI with both plugins. */
async function layOut(lab: RunningLab, executable: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-verify-bench-'));
  const plugins = join(folder, 'docker-config', 'cli-plugins');
  await mkdir(plugins, { recursive: true });
  await symlink(lab.buildx, join(plugins, 'docker-buildx'));
  await symlink(executable, join(plugins, 'docker-verify'));
  await copyFile(lab.keys.acme.publicKey, join(folder, 'acme.pub'));
  const rule = { name: 'acme', images: ['127.0.0.1:*/**'], signedBy: [{ key: 'acme.pub', log: 'optional' }] };
  const policy = { version: 1, mode: 'enforce', default: 'deny', rules: [rule] };
  await writeFile(join(folder, 'docker-verify.yaml'), JSON.stringify(policy));
  await mkdir(join(folder, 'app'));
  await writeFile(join(folder, 'app', 'Dockerfile'), `FROM ${lab.registry}/signed/base:1\nCOPY Dockerfile /\n`);
  return folder;
}

/** Sets everything up on the lab in `home`, which must be up. */
export async function openBenchBed(home: string): Promise<BenchBed> {
  const lab = openLab(home);
  const executable = join(root, 'dist', 'docker-verify');
  const folder = await layOut(lab, executable);
  const registry = await startTestRegistry();
  const bases = Array.from({ length: 10 }, (_, index) => `${registry.host}/bench/base${index}:1`);
  for (const [index, base] of bases.entries()) {
    await copyImage(lab, `${lab.registry}/signed/b${index}:1`, base);
    await sign(lab, base, { signer: { key: lab.keys.acme.privateKey }, cosign: 3 });
  }
  registry.setLatency(latency);
  registry.forget();
  const env = { ...lab.environment, HOME: folder, DOCKER_CONFIG: join(folder, 'docker-config') };
  return {
    lab,
    bases,
    executable,
    subject: (program, parameters) => ({ program, parameters, env, cwd: folder }),
    countRequests: () => {
      const { length } = registry.requests;
      registry.forget();
      return length;
    },
    close: async () => {
      await registry.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
