import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { copyImage } from '../lab/images.ts';
import { buildAttested } from '../lab/lineage-fixtures.ts';
import { openLab, type RunningLab } from '../lab/running-lab.ts';
import { sign } from '../lab/signing.ts';
import { startTestRegistry } from '../lab/test-registry.ts';
import type { Subject } from './measure.ts';

/** What the figures are measured on. */
export interface BenchBed {
  readonly lab: RunningLab;
  /** Ten signed bases in a registry that adds 40 ms to each request. */
  readonly bases: readonly string[];
  /** The last of five images there, each built upon the one before, signed and attested; asked for together with its whole lineage. */
  readonly chain: string;
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

/** Five images, each built upon the one before by real buildx, with its provenance attested by real cosign. Answers the last. */
async function pushChain(lab: RunningLab, prefix: string): Promise<string> {
  const by = { signer: { key: lab.keys.acme.privateKey }, cosign: 3 } as const;
  let below = 'scratch';
  for (let level = 0; level < 5; level += 1) {
    const reference = `${prefix}${level}:1`;
    await buildAttested(lab, reference, `FROM ${below}\nCOPY word /level${level}\n`, by);
    await sign(lab, reference, by);
    below = reference;
  }
  return below;
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
  const chain = await pushChain(lab, `${registry.host}/bench/level`);
  registry.setLatency(latency);
  registry.forget();
  const env = { ...lab.environment, HOME: folder, DOCKER_CONFIG: join(folder, 'docker-config') };
  return {
    lab,
    bases,
    chain,
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
