import { relative } from 'node:path';
import {
  check,
  type FoundProject,
  findSigners,
  refuseUnknownOptions,
  type Session,
  type StandardInput,
  splitOwnOptions,
  standardInput,
  type Trial,
  VerifyError,
  withDefaultPath,
  writePolicy,
} from '../../gate/index.ts';
import { type Progress, renderReport } from '../../report/index.ts';
import { chooseAuthorities, chooseSigners, partUnsettled, sayLocked, sayUnseen, wantsKey } from '../choose-signers.ts';
import { type Command, layoutFor, openSession } from '../command-context.ts';
import { type Conversation, openConversation } from '../conversation.ts';
import { describeError } from '../describe-error.ts';
import { exitStatus, exitStatusOfVerdict } from '../exit-status.ts';
import { chooseFormat, reportFormats } from '../refuse-format.ts';
import { outputTerminal, say, writeError } from '../streams.ts';
import { takeFlags, takeValues } from '../take-flags.ts';
import { writeResult } from '../write-result.ts';

interface Search {
  readonly session: Session;
  readonly operands: readonly string[];
  readonly trial: Trial;
  readonly input: StandardInput;
  readonly progress: Progress;
}

/** Asks for public keys as long as a signature waits for one and one is named, and for the authorities that Notation signatures name. */
async function findWithHelp(search: Search, conversation: Conversation | null): Promise<FoundProject> {
  const { session, operands, input, progress } = search;
  let { trial } = search;
  let found = await findSigners(session, operands, trial, input);
  progress.stop(); // nothing is drawn over a question
  if (conversation === null) return found;
  while (wantsKey(found.repositories)) {
    // one question after another: this is a conversation
    // oxlint-disable no-await-in-loop
    const file = await conversation.ask(
      'There are signatures by a key that is not known here. A file with its public key (Enter for none): ',
    );
    if (file === '') break;
    try {
      const more = { ...trial, keyFiles: [...trial.keyFiles, file] };
      found = await findSigners(session, operands, more, input);
      trial = more;
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      writeError(describeError(error, false).text);
    }
    // oxlint-enable no-await-in-loop
  }
  const authorities = await chooseAuthorities(found.repositories, consentBy(conversation));
  return authorities.length === 0 ? found : await findSigners(session, operands, { ...trial, authorities }, input);
}

function consentBy(conversation: Conversation | null): (question: string) => Promise<boolean> {
  return async (question) => {
    if (conversation !== null) return /^y(?:es)?$/i.test(await conversation.ask(`${question} [y/N] `));
    say(`${question} yes (--yes)`);
    return true;
  };
}

/** `docker verify init [PATH] [--yes] [--key FILE]… [--ca FILE]…`: looks, asks, writes, and ends with a check. */
export const initCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  const format = chooseFormat(own, 'init', reportFormats);
  const { flags, others } = takeFlags(rest, ['yes']);
  const { values: keyFiles, others: further } = takeValues(others, 'key');
  const { values: authorityFiles, others: operands } = takeValues(further, 'ca');
  refuseUnknownOptions(operands, ['yes', 'key', 'ca']);
  const search = { operands: withDefaultPath(operands), trial: { keyFiles, authorityFiles, authorities: [] } };
  if (!flags.has('yes') && !process.stdin.isTTY) {
    throw new VerifyError('usage.invalid', 'init asks whom to trust, and there is no terminal to ask on', {
      hint: 'add --yes to trust every signer found',
    });
  }
  const { session, progress } = openSession(context, own, 'looking at who signs the images');
  const input = standardInput(process.stdin, context.environment);
  const conversation = flags.has('yes') ? null : openConversation();
  try {
    const { folder, repositories } = await findWithHelp({ ...search, session, input, progress }, conversation);
    say(
      `Found ${repositories.length} ${repositories.length === 1 ? 'repository' : 'repositories'} that this builds on`,
    );
    const trusted = await chooseSigners(repositories, consentBy(conversation));
    const { settled, unsettled } = partUnsettled(repositories, trusted);
    const [open] = unsettled;
    if (open !== undefined && settled.length === 0) throw open.unseen;
    const locked = settled.filter(({ signers }) => signers.length === 0);
    if (locked.length > 0) {
      say('');
      say('Locked to the digest that they have now:');
    }
    sayLocked(repositories, settled);
    sayUnseen(repositories, unsettled);
    // the policy stands on its own from here: what was only named on the command line is written down in it
    const standing = { ...session, own: { ...own, trustedRoots: [] } };
    const written = await writePolicy(standing, search.operands, folder, settled, input);
    const shown = written.map((file) => relative(context.environment.workingDirectory, file));
    for (const line of ['', `Wrote ${shown.join(' and ')}`, '']) say(line);
    const report = await check(standing, search.operands, input);
    progress.stop();
    const layout = layoutFor(outputTerminal(), own, context.environment);
    await writeResult(renderReport(report, format, layout), own.output);
    return unsettled.length > 0 ? exitStatus.unverifiable : exitStatusOfVerdict(report.verdict);
  } finally {
    conversation?.close();
    progress.stop();
    await input.dispose();
  }
};
