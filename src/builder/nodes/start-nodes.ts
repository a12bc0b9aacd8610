import { type Environment, VerifyError } from '../../model/index.ts';
import { askBuildx, lastWords } from '../programs/buildx-command.ts';
import type { Programs } from '../programs/programs.ts';
import type { BuilderInspection } from './builder-inspection.ts';
import { askNodeAlone, readStoredBuilder } from './stored-builder.ts';

// drivers whose nodes buildx itself starts; it pulls their image first
const startedByBuildx = new Set(['docker-container', 'kubernetes']);
const startTimeout = 10 * 60_000;

/** Whose nodes are to run. */
export interface StartQuestion {
  readonly programs: Programs;
  readonly environment: Environment;
  /** Whether all nodes are needed, else the first. */
  readonly everyNode: boolean;
  readonly onStart: () => void;
}

async function start(
  question: StartQuestion,
  name: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const { programs, environment } = question;
  const args = ['inspect', '--bootstrap', name];
  const answer = await askBuildx(programs, environment, args, { variables, timeout: startTimeout });
  if (answer.status === 0) return;
  throw new VerifyError('builder.unavailable', `the builder "${name}" cannot be started: ${lastWords(answer.stderr)}`, {
    hint: `see what \`docker buildx inspect --bootstrap ${name}\` says`,
  });
}

/**
 * Starts the nodes that a build may go to and that do not run yet, as buildx would do with the build: only a node that
 * runs tells its version and can be held to a source policy. Answers whether any had to be started.
 * @throws VerifyError `builder.unavailable`, `timeout`, `file.unwritable`
 */
export async function startNodes(question: StartQuestion, inspection: BuilderInspection): Promise<boolean> {
  const { environment, everyNode, onStart } = question;
  const { name, nodes } = inspection;
  const needed = everyNode ? nodes : nodes.slice(0, 1);
  if (!startedByBuildx.has(inspection.driver) || needed.every(({ status }) => status === 'running')) return false;
  onStart();
  const stored = await readStoredBuilder(environment, name);
  const [first] = stored?.nodes ?? [];
  if (stored === null || first === undefined || everyNode) await start(question, name, {});
  else await askNodeAlone(environment, stored, first.name, (variables) => start(question, stored.name, variables));
  return true;
}
