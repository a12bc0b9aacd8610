import { createInterface } from 'node:readline/promises';
import {
  check,
  type FoundSigners,
  findSigners,
  hasPolicy,
  type Signer,
  splitOwnOptions,
  standardInput,
  type Trusted,
  VerifyError,
  writePolicy,
} from '../../gate/index.ts';
import { describeSigner, renderReport, visible } from '../../report/index.ts';
import { type Command, layoutFor, openSession, say } from '../command-context.ts';
import { exitStatusOfVerdict } from '../exit-status.ts';
import { takeFlags } from '../take-flags.ts';
import { writeResult } from '../write-result.ts';

type Ask = (question: string) => Promise<boolean>;

function describe(signer: Signer): string {
  return visible(describeSigner(signer));
}

/** Asks about every signer found; whoever is not trusted in so many words is not trusted. */
async function choose(found: readonly FoundSigners[], ask: Ask): Promise<readonly Trusted[]> {
  const trusted: Trusted[] = [];
  for (const { repository, signers } of found) {
    const chosen: Signer[] = [];
    if (signers.length === 0)
      say(`${visible(repository)}: nobody signs it; it is locked to the digest that it has now`);
    for (const signer of signers) {
      // one question after another: this is a conversation
      // oxlint-disable-next-line no-await-in-loop
      if (
        signer.kind === 'keyless' &&
        (await ask(`${visible(repository)} is signed by ${describe(signer)}. Trust that signer?`))
      )
        chosen.push(signer);
      else if (signer.kind !== 'keyless')
        say(`${visible(repository)} is signed with ${describe(signer)}: add that key to the rule by hand`);
    }
    trusted.push({ repository, signers: chosen });
  }
  return trusted;
}

function asker(yes: boolean): { readonly ask: Ask; readonly close: () => void } {
  if (yes) {
    const ask: Ask = async (question) => {
      say(`${question} yes (--yes)`);
      return true;
    };
    return { ask, close: () => undefined };
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  return {
    ask: async (question) => /^y(?:es)?$/i.test((await reader.question(`${question} [y/N] `)).trim()),
    close: () => reader.close(),
  };
}

/** `docker verify init [PATH] [--yes]`: looks, asks, writes, and ends with a check. */
export const initCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  const { flags, others } = takeFlags(rest, ['yes']);
  const operands = others.some((word) => !word.startsWith('-')) ? others : [...others, '.'];
  if (!flags.has('yes') && !process.stdin.isTTY) {
    throw new VerifyError('usage.invalid', 'init asks whom to trust, and there is no terminal to ask on', {
      hint: 'add --yes to trust every signer found',
    });
  }
  if (await hasPolicy(context.environment.workingDirectory)) {
    throw new VerifyError('usage.invalid', 'docker-verify.yaml exists already', {
      hint: 'change it by hand, or remove it first',
    });
  }
  const { session, progress } = openSession(context, own, 'looking at who signs the images');
  const input = standardInput(process.stdin, context.environment);
  const { ask, close } = asker(flags.has('yes'));
  try {
    const found = await findSigners(session, operands, input);
    progress.stop();
    const written = await writePolicy(session, operands, await choose(found, ask), input);
    for (const file of written) say(`wrote ${visible(file)}`);
    const report = await check(session, operands, input);
    await writeResult(renderReport(report, 'text', layoutFor(process.stdout, own, context.environment)), null);
    return exitStatusOfVerdict(report.verdict);
  } finally {
    close();
    progress.stop();
    await input.dispose();
  }
};
