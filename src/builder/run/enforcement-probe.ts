import { randomBytes } from 'node:crypto';
import { type Environment, VerifyError } from '../../model/index.ts';
import { type BuilderInfo, identityOf } from '../nodes/builder-info.ts';
import type { FactCache } from '../nodes/fact-cache.ts';
import { askNodeAlone, readStoredBuilder } from '../nodes/stored-builder.ts';
import { askBuildx, lastWords } from '../programs/buildx-command.ts';
import { createPrivateFolder } from '../programs/private-folder.ts';
import type { Programs } from '../programs/programs.ts';
import { renderSourcePolicy } from '../source-policy/source-policy.ts';
import { sourcePolicyVariable } from '../source-policy/user-policy.ts';
import { deniedSource } from './denial.ts';

const minute = 60_000;
// an unknown version may change unseen
const lifetimes = { known: 30 * 24 * 60 * minute, unknown: 10 * minute };

export interface ProbeQuestion {
  readonly programs: Programs;
  readonly environment: Environment;
  readonly info: BuilderInfo;
  /** The value for `BUILDX_BUILDER` (`builderVariable`); null leaves the variable as it is. */
  readonly builder: string | null;
  readonly cache: FactCache;
  /** Whether the build asks for platforms, so that buildx may spread it over all nodes; else it takes the first. */
  readonly everyNode: boolean;
}

/** What is proven in one go: a builder, or one node of several. */
interface Subject {
  /** For messages. */
  readonly name: string;
  readonly nodes: BuilderInfo['nodes'];
  /** For `--builder`, null for the one in use. */
  readonly builder: string | null;
  readonly variables: Readonly<Record<string, string>>;
}

async function markerKey({ info, programs }: ProbeQuestion, { nodes }: Subject): Promise<readonly string[]> {
  const facts = nodes.flatMap((node) => [node.name, node.endpoint, node.buildkitVersion ?? '?']);
  // one of the same version may be a script that hands the policy on to nobody
  const buildx = [info.buildxVersion, ...(await identityOf(programs.buildx))];
  return ['enforces', info.name, info.driver, info.host, ...buildx, info.engineVersion ?? '', ...facts];
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

async function probe({ environment, programs, info }: ProbeQuestion, subject: Subject): Promise<void> {
  const canary = canaryName();
  const folder = createPrivateFolder(environment);
  try {
    const nothingAllowed = renderSourcePolicy({ pins: [], unpinned: [], layouts: [], sources: [] }, null);
    const policyFile = folder.write('source-policy.json', nothingAllowed);
    const option = subject.builder === null ? [] : ['--builder', subject.builder];
    const args = ['build', ...option, '--progress=plain', '--provenance=false', '--output=type=cacheonly', '-'];
    const answer = await askBuildx(programs, environment, args, {
      stdin: `FROM ${canary}\n`,
      variables: { ...subject.variables, [sourcePolicyVariable]: policyFile },
    });
    if (answer.status !== 0 && wasDenied(answer.stderr, canary)) return;
    const said = lastWords(answer.stderr);
    // a builder that never came to the canary has not disobeyed
    if (answer.status !== 0 && !answer.stderr.includes(canary)) {
      throw new VerifyError('builder.unavailable', `${subject.name} does not build: ${said}`, {
        hint: 'see `docker buildx ls`',
      });
    }
    throw new VerifyError(
      'builder.unenforceable',
      `${subject.name} (${info.driver}) did not deny an image that a source policy denies`,
      {
        hint: 'update Docker to 25 or later, BuildKit to 0.12 or later and buildx to 0.11 or later, or choose another builder',
        cause: new Error(said),
      },
    );
  } finally {
    folder.remove();
  }
}

async function proveOnce(question: ProbeQuestion, subject: Subject): Promise<void> {
  const key = await markerKey(question, subject);
  const versionsKnown = subject.nodes.every(({ buildkitVersion }) => buildkitVersion !== null);
  const lifetime = versionsKnown ? lifetimes.known : lifetimes.unknown;
  if ((await question.cache.read(key, lifetime)) === true) return;
  await probe(question, subject);
  await question.cache.write(key, true);
}

/**
 * Proves once for each node of the builder, version and buildx that it obeys a source policy: a canary that the policy denies must
 * be denied (invariant 8). Costs no network, since a denied image causes no request. Of several nodes those are asked that
 * the build may go to, each alone, since buildx itself would take the canary to the first.
 * @throws VerifyError `builder.unenforceable`, `builder.unavailable`, `timeout`
 */
export async function probeEnforcement(question: ProbeQuestion): Promise<void> {
  const { environment, info } = question;
  const title = `the builder "${info.name}"`;
  const stored = info.nodes.length > 1 ? await readStoredBuilder(environment, info.name) : null;
  const several = stored === null || stored.nodes.length < 2 ? null : stored;
  if (several === null) {
    await proveOnce(question, { name: title, nodes: info.nodes, builder: question.builder, variables: {} });
    return;
  }
  const needed = question.everyNode ? several.nodes : several.nodes.slice(0, 1);
  await Promise.all(
    needed.map(({ name, endpoint }) => {
      const known = info.nodes.filter((node) => node.name === name);
      const nodes = known.length > 0 ? known : [unknownNode(name, endpoint)];
      const subject = { name: `the node "${name}" of ${title}`, nodes, builder: several.name };
      return askNodeAlone(environment, several, name, (variables) => proveOnce(question, { ...subject, variables }));
    }),
  );
}

/** A node that buildx says nothing of: a cluster's are named by their pods. */
function unknownNode(name: string, endpoint: string): BuilderInfo['nodes'][number] {
  return { name, endpoint, status: '', buildkitVersion: null, platforms: [], image: null, error: null };
}
