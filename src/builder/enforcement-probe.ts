import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, VerifyError } from '../model/index.ts';
import type { BuilderInfo } from './builder-info.ts';
import { askBuildx } from './buildx-command.ts';
import { deniedSource } from './denial.ts';
import type { FactCache } from './fact-cache.ts';
import { createPrivateFolder } from './private-folder.ts';
import type { Programs } from './programs.ts';
import { renderSourcePolicy } from './source-policy.ts';
import { sourcePolicyVariable } from './user-policy.ts';

const minute = 60_000;
// a version that is not told may change unseen
const lifetimes = { known: 30 * 24 * 60 * minute, unknown: 10 * minute };

export interface ProbeQuestion {
  readonly programs: Programs;
  readonly environment: Environment;
  readonly info: BuilderInfo;
  /** The value for `BUILDX_BUILDER` (`builderVariable`); null leaves the variable as it is. */
  readonly builder: string | null;
  readonly cache: FactCache;
}

function markerKey({ info }: ProbeQuestion): readonly string[] {
  const nodes = info.nodes.flatMap((node) => [node.name, node.endpoint, node.buildkitVersion ?? '?']);
  return ['enforces', info.name, info.driver, info.host, info.buildxVersion, info.engineVersion ?? '', ...nodes];
}

/** A name that no registry serves: under RFC 2606 it leads nowhere even where it is not denied. */
function canaryName(): string {
  return `denied.invalid/docker-verify/canary:${randomBytes(8).toString('hex')}`;
}

/** Whether buildx's last words name the canary as denied. Nothing else can print there: the build runs no command. */
function wasDenied(stderr: string, canary: string): boolean {
  return stderr
    .split('\n')
    .some((line) => line.startsWith('ERROR: ') && deniedSource(line) === `docker-image://${canary}`);
}

async function probe(question: ProbeQuestion): Promise<void> {
  const { environment, programs, info } = question;
  const canary = canaryName();
  const folder = createPrivateFolder(environment);
  try {
    const policyFile = join(folder.path, 'source-policy.json');
    writeFileSync(policyFile, renderSourcePolicy({ pins: [], unpinned: [], layouts: [] }, null), {
      mode: 0o600,
      flag: 'wx',
    });
    const option = question.builder === null ? [] : ['--builder', question.builder];
    const args = ['build', ...option, '--progress=plain', '--provenance=false', '--output=type=cacheonly', '-'];
    const answer = await askBuildx(programs, environment, args, {
      stdin: `FROM ${canary}\n`,
      variables: { [sourcePolicyVariable]: policyFile },
    });
    if (answer.status !== 0 && wasDenied(answer.stderr, canary)) return;
    const said = answer.stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
    // a builder that never came to the canary has not disobeyed
    if (answer.status !== 0 && !answer.stderr.includes(canary)) {
      throw new VerifyError('builder.unavailable', `the builder "${info.name}" does not build: ${said}`, {
        hint: 'see `docker buildx ls`',
      });
    }
    throw new VerifyError(
      'builder.unenforceable',
      `the builder "${info.name}" (${info.driver}) did not deny an image that a source policy denies`,
      {
        hint: 'update Docker to 25 or later, BuildKit to 0.12 or later and buildx to 0.11 or later, or choose another builder',
        cause: new Error(said),
      },
    );
  } finally {
    folder.remove();
  }
}

/**
 * Proves once for each builder and version that it obeys a source policy: a canary that the policy denies must be denied
 * (invariant 8). Costs no network, since a denied image causes no request.
 * @throws VerifyError `builder.unenforceable`, `builder.unavailable`, `timeout`
 */
export async function probeEnforcement(question: ProbeQuestion): Promise<void> {
  const key = markerKey(question);
  const told = question.info.nodes.every(({ buildkitVersion }) => buildkitVersion !== null);
  const lifetime = told ? lifetimes.known : lifetimes.unknown;
  if ((await question.cache.read(key, lifetime)) === true) return;
  await probe(question);
  await question.cache.write(key, true);
}
