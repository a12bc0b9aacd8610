import {
  type LockChange,
  type LockOutcome,
  type LockRequest,
  lock,
  type OptionValues,
  partImages,
  type Signer,
  standardInput,
  VerifyError,
  withDefaultPath,
  withPathAlone,
} from '../../gate/index.ts';
import { plainPage, renderJsonDocument } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments } from '../read-arguments.ts';
import { say } from '../streams.ts';
import { writeResult } from '../write-result.ts';

function signerText(signer: Signer | null): string {
  if (signer === null) return 'no signer that is proven';
  switch (signer.kind) {
    case 'keyless':
      return `${signer.identity} (${signer.issuer})`;
    case 'key':
      return `key ${signer.name ?? ''} sha256:${signer.sha256}`;
    case 'certificate':
      return signer.subject;
  }
}

function changeLines({ name, kind, before, after, needsConfirmation }: LockChange): readonly string[] {
  if (kind === 'same') return [];
  const side = (mark: string, entry: LockChange['before']): readonly string[] =>
    entry === null ? [] : [`    ${mark} ${entry.digest}  ${signerText(entry.signer)}`];
  const lost =
    after?.signer === null ? 'it was signed before, and is not now' : 'it was signed by somebody else before';
  const warning = needsConfirmation ? [`    ! ${lost}: confirm with --update --yes`] : [];
  return [`  ${name}`, ...side('-', before), ...side('+', after), ...warning];
}

function movedLines({ moved }: LockOutcome): readonly string[] {
  return moved.flatMap(({ name, locked, tag }) => [
    `  ${name}`,
    `    stays at ${locked}; its tag ${tag === null ? 'is gone' : `stands for ${tag} now`}: docker verify lock --update ${name}`,
  ]);
}

const results: Readonly<Record<LockOutcome['result'], string>> = {
  written: 'written',
  current: 'is current',
  outdated:
    'is not current: docker verify lock adds what is missing, docker verify lock --update moves what has changed',
  refused: 'was not written: an image has lost or changed its signer; look at it, then confirm with --update --yes',
  unestablished: 'was left as it is: not everything could be established',
};

function statusOf({ result }: LockOutcome): number {
  if (result === 'unestablished') return exitStatus.unverifiable;
  return result === 'outdated' || result === 'refused' ? exitStatus.blocked : exitStatus.allowed;
}

function sayFailures({ failures }: LockOutcome): void {
  for (const { name, error } of failures) {
    const about = name === null || error.message.includes(name) ? '' : `${name}: `;
    const next = error.hint === null ? '' : ` (${error.hint})`;
    say(`docker verify: ${about}${error.message}${next}`);
  }
}

function documentOf(outcome: LockOutcome): object {
  const failures = outcome.failures.map(({ name, error: { code, message, hint } }) => ({ name, code, message, hint }));
  return { schemaVersion: 0, ...outcome, failures };
}

/** What the command line asks for. */
function requestOf(given: OptionValues, args: readonly string[], folder: string): LockRequest {
  const check = given.isOn('check');
  const common = { check, prune: given.isOn('prune'), confirmed: given.isOn('yes') };
  if (!given.isOn('update')) {
    return { ...common, args: withDefaultPath(withPathAlone(args, folder, 'lock')), update: 'none' };
  }
  if (check) {
    throw new VerifyError('usage.invalid', '--check writes nothing, and --update does', {
      hint: 'use one of the two',
    });
  }
  const parted = partImages(args, folder);
  const update = parted.images.size === 0 ? 'all' : parted.images;
  return { ...common, args: withDefaultPath(parted.args), update };
}

/** `docker verify lock [PATH] [--update [IMAGE…]] [--check] [--prune] [--yes]`. */
export const lockCommand: Command = async (context, args) => {
  const { own, given, rest } = await readArguments(context, args);
  const request = requestOf(given, rest, context.environment.workingDirectory);
  const { session, progress } = openSession(context, own, 'looking at the images');
  const input = standardInput(process.stdin, context.environment);
  try {
    const outcome = await lock(session, request, input);
    progress.stop();
    await writeResult(context, own, (format) =>
      format === 'json'
        ? renderJsonDocument(documentOf(outcome))
        : plainPage([
            ...outcome.changes.flatMap(changeLines),
            ...movedLines(outcome),
            `${outcome.file} ${results[outcome.result]}`,
          ]),
    );
    sayFailures(outcome);
    return statusOf(outcome);
  } finally {
    progress.stop();
    await input.dispose();
  }
};
