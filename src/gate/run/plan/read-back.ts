import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  askBuildx,
  createPrivateFolder,
  identityOf,
  isCompiled,
  openFactCache,
  type Programs,
} from '../../../builder/index.ts';
import { type BakeDefinition, evaluatedDefinition } from '../../../invocation/index.ts';
import { VerifyError } from '../../../model/index.ts';
import { cacheFolder, type Session } from '../../session/session.ts';
import { readPrinted } from './printed-definition.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where two definitions differ first, for a message. */
function differenceOf(given: BakeDefinition, read: BakeDefinition): string | null {
  const found = new Map(read.targets);
  if (!isDeepStrictEqual(given.group, read.group)) return 'its groups';
  for (const [name, target] of given.targets) {
    const other = found.get(name);
    if (other === undefined) return `target "${name}"`;
    const fields = [...new Set([...Object.keys(target), ...Object.keys(other)])];
    const field = fields.find((key) => !isDeepStrictEqual(target[key], other[key]));
    if (field !== undefined) return `"${field}" of target "${name}"`;
  }
  return found.size === given.targets.length ? null : 'its targets';
}

/** A definition as buildx evaluated it, and what it is to be built with. */
export interface EvaluatedBake {
  readonly definition: BakeDefinition;
  readonly text: string;
  readonly args: readonly string[];
}

// A day, in milliseconds.
const lifetime = 24 * 60 * 60_000;

// Each run's own, and no part of any definition: the socket to Docker's CLI, and the shell's last word.
const passing: ReadonlySet<string> = new Set(['DOCKER_CLI_PLUGIN_SOCKET', '_']);

/** What buildx makes of a definition follows from these alone; as a digest, since there may be secrets among them. */
async function questionKey(
  { text, args }: EvaluatedBake,
  variables: Variables,
  { environment }: Session,
  { buildx }: Programs,
): Promise<readonly string[]> {
  const named = Object.entries(variables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const lasting = named.filter(([name]) => !passing.has(name));
  const given = JSON.stringify([text, args, environment.workingDirectory, environment.dockerFlags, lasting]);
  return ['reads back', ...(await identityOf(buildx)), createHash('sha256').update(given).digest('hex')];
}

async function refuseDifference(
  { definition, text, args }: EvaluatedBake,
  variables: Variables,
  { environment }: Session,
  programs: Programs,
): Promise<void> {
  const folder = createPrivateFolder(environment);
  try {
    const file = folder.write('docker-bake.json', text);
    // what buildx may add to a definition for its own policies is in this one already
    const others = args.filter((word) => !word.startsWith('--policy='));
    const command = ['bake', '--print', '--progress=quiet', '--file', file, ...others];
    const answer = await askBuildx(programs, environment, command, { variables });
    const difference = differenceOf(definition, evaluatedDefinition(readPrinted(answer), null));
    if (difference === null) return;
    throw new VerifyError('bake.invalid', `buildx reads ${difference} otherwise than it printed it`, {
      hint: 'update docker-buildx, or report which part of the definition it is',
    });
  } finally {
    folder.remove();
  }
}

/**
 * Makes sure that buildx reads from the evaluated definition what was read from the one given: what is judged is then what is built.
 * Of a buildx that is no script it is enough to have seen that within a day, for this very text and everything that it was given with.
 * @throws VerifyError `bake.invalid`
 */
export async function refuseMisread(
  evaluated: EvaluatedBake,
  variables: Variables,
  session: Session,
  programs: Programs,
): Promise<void> {
  const cache = openFactCache(cacheFolder(session));
  const key = (await isCompiled(programs.buildx)) ? await questionKey(evaluated, variables, session, programs) : null;
  if (key !== null && (await cache.read(key, lifetime)) === true) return;
  await refuseDifference(evaluated, variables, session, programs);
  if (key !== null) await cache.write(key, true);
}
