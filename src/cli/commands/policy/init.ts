import { relative } from 'node:path';
import {
  check,
  type FoundProject,
  findSigners,
  type PolicyPlan,
  planPolicy,
  reportFormats,
  rootsOutside,
  type Session,
  type StandardInput,
  type Trial,
  type Trusted,
  VerifyError,
  withDefaultPath,
  withPathAlone,
  writePolicy,
} from '../../../gate/index.ts';
import type { Progress } from '../../../report/index.ts';
import { describeError } from '../../describe-error.ts';
import { exitStatus, exitStatusOfVerdict } from '../../exit-status.ts';
import type { ReadArguments } from '../../read-arguments.ts';
import { renderFor } from '../../render-for.ts';
import { commandOf } from '../../run-command.ts';
import { errorWidth, say, writeError } from '../../streams.ts';
import {
  chooseAuthorities,
  chooseSigners,
  keyQuestion,
  partUnsettled,
  sayLocked,
  sayUnseen,
  type Unsettled,
} from '../../terminal/choose-signers.ts';
import { answerTo, consentBy } from '../../terminal/consent.ts';
import { type Conversation, openConversation } from '../../terminal/conversation.ts';

interface Search {
  readonly session: Session;
  readonly operands: readonly string[];
  readonly trial: Trial;
  readonly input: StandardInput;
  readonly progress: Progress;
  readonly isAdding: boolean;
}

/** Asks for public keys as long as a signature waits for one and one is named, and for the authorities that Notation signatures name. */
async function findWithHelp(search: Search, conversation: Conversation | null): Promise<FoundProject> {
  const { session, operands, input, progress, isAdding } = search;
  const look = (wanted: Trial): Promise<FoundProject> =>
    findSigners(session, { args: operands, trial: wanted, isAdding }, input);
  let { trial } = search;
  let found = await look(trial);
  progress.stop(); // nothing is drawn over a question
  if (conversation === null) return found;
  for (let asked = keyQuestion(found.repositories); asked !== null; asked = keyQuestion(found.repositories)) {
    // one question after another: this is a conversation
    // oxlint-disable no-await-in-loop
    const file = await answerTo(asked, conversation);
    if (file === '') break;
    try {
      const more = { ...trial, keyFiles: [...trial.keyFiles, file] };
      found = await look(more);
      trial = more;
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      writeError(describeError(error, { width: errorWidth() }).text);
    }
    // oxlint-enable no-await-in-loop
  }
  const authorities = await chooseAuthorities(found.repositories, consentBy(conversation));
  return authorities.length === 0 ? found : await look({ ...trial, authorities });
}

/** What was found, in the first line: a project in which nothing was proven must not look like one that is safe now. */
function sayFound({ repositories, policy, ruled }: FoundProject): void {
  const several = (count: number): string => `${count} ${count === 1 ? 'repository' : 'repositories'}`;
  const proven = repositories.filter(({ signers }) => signers.length > 0).length;
  const ofAll = proven === 0 ? 'nothing proves who signs there' : `who signs is proven of ${proven}`;
  if (repositories.length === 0)
    say(policy === null ? 'This builds on no image.' : 'Every image that this builds on has a rule already.');
  else if (policy !== null) say(`Found ${several(repositories.length)} without a rule; ${ofAll}.`);
  else if (proven === 0)
    say(`Found ${several(repositories.length)} that this builds on; of none is it proven who signs.`);
  else say(`Found ${several(repositories.length)} that this builds on; who signs is proven of ${proven}.`);
  if (policy !== null && repositories.length > 0 && ruled > 0)
    say(`${ruled} ${ruled === 1 ? 'image has' : 'images have'} a rule already.`);
}

function sayLockedOnes(found: FoundProject, settled: readonly Trusted[]): void {
  if (settled.some(({ signers }) => signers.length === 0)) {
    say('');
    say('Locked to the digest that they have now:');
  }
  sayLocked(found.repositories, settled);
}

/** What a policy names and the project does not bring along. */
function sayOutside(settled: readonly Trusted[]): void {
  for (const root of rootsOutside(settled)) {
    say(`The trusted root ${root} lies outside of the project: who clones it does not have that file.`);
    say('  next: put it into the project, and change trustedRoot in the policy');
  }
}

/** One run looks at one Dockerfile: the policy may lack rules for what the others build on. */
function sayOthers({ others, policy }: FoundProject, inFolder: (path: string) => string): void {
  const [first, ...more] = others.map(inFolder);
  if (policy !== null || first === undefined) return;
  const shown = [first, ...more.slice(0, 2)].join(', ');
  say(`Not looked at: ${more.length > 2 ? `${shown} and ${more.length - 2} more` : shown}.`);
  say(`  next: docker verify init --add -f ${first} .${more.length > 0 ? ', and so for each' : ''}`);
  say('');
}

/** Shows what would be written, and asks a person whether it may be. */
async function preview(plan: PolicyPlan, shown: string, conversation: Conversation | null): Promise<void> {
  say('');
  say(plan.before === null ? `${shown} would be:` : `Added to ${shown}:`);
  say('');
  for (const line of plan.added.trimEnd().split('\n')) say(`  ${line}`);
  say('');
  if (conversation === null) return;
  const answer = await conversation.ask(`Write it? [Y/n] `);
  if (!/^(?:y(?:es)?)?$/i.test(answer))
    throw new VerifyError('cancelled', 'nothing was written', { hint: 'copy what you want of it by hand' });
}

interface Request {
  readonly operands: readonly string[];
  readonly trial: Trial;
  readonly isSilent: boolean;
  readonly isAdding: boolean;
}

/** @throws VerifyError `usage.invalid` */
function readRequest({ given, rest }: ReadArguments, folder: string): Request {
  const path = withPathAlone(rest, folder, 'init');
  const isSilent = given.isOn('yes');
  if (!isSilent && !process.stdin.isTTY) {
    throw new VerifyError('usage.invalid', 'init asks whom to trust, and there is no terminal to ask on', {
      hint: 'add --yes to trust every signer that can be proven, with --key FILE for those who sign by a key, and to lock all else',
    });
  }
  const trial = { keyFiles: given.all('key'), authorityFiles: given.all('ca'), authorities: [] };
  return { operands: withDefaultPath(path), trial, isSilent, isAdding: given.isOn('add') };
}

/** Writes what a person decided. Gives the repositories of which nothing may be said. */
async function settle(
  search: Search,
  found: FoundProject,
  conversation: Conversation | null,
): Promise<readonly Unsettled[]> {
  const { session, operands, input } = search;
  const trusted = await chooseSigners(found.repositories, consentBy(conversation));
  const { settled, unsettled } = partUnsettled(found.repositories, trusted);
  const [open] = unsettled;
  if (open !== undefined && settled.length === 0) throw open.unseen;
  sayLockedOnes(found, settled);
  sayUnseen(found.repositories, unsettled);
  const inFolder = (path: string): string => relative(session.environment.workingDirectory, path);
  const plan = await planPolicy(found, settled);
  sayOutside(settled);
  await preview(plan, inFolder(plan.path), conversation);
  const written = await writePolicy(session, operands, plan, settled, input);
  for (const line of [`Wrote ${written.map(inFolder).join(' and ')}`, '']) say(line);
  sayOthers(found, inFolder);
  return unsettled;
}

/** `docker verify init [PATH] [--add] [--yes] [--key FILE]… [--ca FILE]…`: looks, asks, shows, writes, and ends with a check. */
export const initCommand = commandOf('looking at who signs the images', async (run) => {
  const { own, session, progress, input, show, context } = run;
  const { operands, trial, isSilent, isAdding } = readRequest(run, context.environment.workingDirectory);
  const conversation = isSilent ? null : openConversation();
  try {
    const search = { operands, trial, session, input, progress, isAdding };
    const found = await findWithHelp(search, conversation);
    sayFound(found);
    // the policy stands on its own from here: what was only named on the command line is written down in it
    const standing = { ...session, own: { ...own, trustedRoots: [] } };
    const isDone = found.policy !== null && found.repositories.length === 0;
    const unsettled = isDone ? [] : await settle({ ...search, session: standing }, found, conversation);
    const report = await check(standing, operands, input);
    await show(renderFor(context, report, reportFormats));
    return unsettled.length > 0 ? exitStatus.unverifiable : exitStatusOfVerdict(report.verdict);
  } finally {
    conversation?.close();
  }
});
