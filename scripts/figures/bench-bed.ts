import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { defaultIdentity } from '../lab/identity-token.ts';
import { copyImage } from '../lab/images.ts';
import { buildAttested } from '../lab/lineage-fixtures.ts';
import { openLab, type RunningLab } from '../lab/running-lab.ts';
import { sign } from '../lab/signing.ts';
import { startTestRegistry } from '../lab/test-registry.ts';
import type { Subject } from './measure.ts';

/** What the figures are measured on. */
export interface BenchBed {
  readonly lab: RunningLab;
  /** Signed bases in a registry of their own: ten, one of them where it is done shortly. */
  readonly bases: readonly string[];
  /** A base there that an identity has signed. */
  readonly keyless: string;
  /** The last of five images there, each built upon the one before, signed and attested; empty where it is done shortly. */
  readonly chain: string;
  readonly subject: (program: string, parameters: readonly string[]) => Subject;
  /** The same, where the project trusts that identity. */
  readonly keylessSubject: (program: string, parameters: readonly string[]) => Subject;
  readonly executable: string;
  /** Whether few measurements must do. */
  readonly isShort: boolean;
  /** Milliseconds that the registry adds to each request. */
  readonly setLatency: (milliseconds: number) => void;
  /** How often the registry was asked since the last call. */
  readonly countRequests: () => number;
  readonly close: () => Promise<void>;
}

/** How many pairs are measured where `pairs` are as a rule. */
export function pairsOf({ isShort }: BenchBed, pairs: number): number {
  return isShort ? Math.ceil(pairs / 3) : pairs;
}

const policyFile = 'docker-verify.yaml';
const targets = 50;

function policyOf(signer: object): string {
  const rule = { name: 'acme', images: ['127.0.0.1:*/**'], signedBy: [signer] };
  return JSON.stringify({ version: 1, mode: 'enforce', default: 'deny', rules: [rule] });
}

/** A folder with a policy, a Dockerfile on a signed base, and a configuration of Docker's CLI with both plugins. */
async function layOut(lab: RunningLab, executable: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-verify-bench-'));
  const plugins = join(folder, 'docker-config', 'cli-plugins');
  await mkdir(plugins, { recursive: true });
  await symlink(lab.buildx, join(plugins, 'docker-buildx'));
  await symlink(executable, join(plugins, 'docker-verify'));
  await copyFile(lab.keys.acme.publicKey, join(folder, 'acme.pub'));
  await writeFile(join(folder, policyFile), policyOf({ key: 'acme.pub', log: 'optional' }));
  await mkdir(join(folder, 'app'));
  await mkdir(join(folder, 'keyless'));
  await copyFile(lab.trustedRoot, join(folder, 'keyless', 'root.json'));
  const { issuer, email: identity } = defaultIdentity;
  await writeFile(
    join(folder, 'keyless', policyFile),
    policyOf({ keyless: { issuer, identity }, trustedRoot: 'root.json' }),
  );
  const names = Array.from({ length: targets }, (_, index) => `t${index}`);
  const target = Object.fromEntries(names.map((name) => [name, { context: 'app', labels: { name } }]));
  await writeFile(join(folder, 'fleet.json'), JSON.stringify({ group: { default: { targets: names } }, target }));
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

/** Sets everything up on the lab in `home`, which must be up; `isShort`: for few figures, within a minute. */
export async function openBenchBed(home: string, isShort = false): Promise<BenchBed> {
  const lab = openLab(home);
  const executable = join(root, 'dist', 'docker-verify');
  const folder = await layOut(lab, executable);
  const registry = await startTestRegistry();
  const bases = Array.from({ length: isShort ? 1 : 10 }, (_, index) => `${registry.host}/bench/base${index}:1`);
  for (const [index, base] of bases.entries()) {
    await copyImage(lab, `${lab.registry}/signed/b${index}:1`, base);
    await sign(lab, base, { signer: { key: lab.keys.acme.privateKey }, cosign: 3 });
  }
  const keyless = `${registry.host}/bench/keyless:1`;
  await copyImage(lab, `${lab.registry}/signed/b0:1`, keyless);
  await sign(lab, keyless, { signer: { identity: {} }, cosign: 3 });
  const chain = isShort ? '' : await pushChain(lab, `${registry.host}/bench/level`);
  registry.forget();
  const env = { ...lab.environment, HOME: folder, DOCKER_CONFIG: join(folder, 'docker-config') };
  return {
    lab,
    bases,
    keyless,
    chain,
    executable,
    isShort,
    subject: (program, parameters) => ({ program, parameters, env, cwd: folder }),
    keylessSubject: (program, parameters) => ({ program, parameters, env, cwd: join(folder, 'keyless') }),
    setLatency: (milliseconds) => registry.setLatency(milliseconds),
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
