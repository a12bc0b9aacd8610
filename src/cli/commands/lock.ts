import {
  type LockChange,
  type LockOutcome,
  lock,
  type Signer,
  standardInput,
  withDefaultPath,
} from '../../gate/index.ts';
import { plainPage, renderJsonDocument } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments } from '../read-arguments.ts';
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
  const warning = needsConfirmation ? [`    ! ${lost}: confirm with --yes`] : [];
  return [`  ${name}`, ...side('-', before), ...side('+', after), ...warning];
}

const results: Readonly<Record<LockOutcome['result'], string>> = {
  written: 'written',
  current: 'is current',
  outdated: 'is not current: run docker verify lock',
  refused: 'was not written: an image has lost or changed its signer; look at it, then confirm with --yes',
};

function statusOf(outcome: LockOutcome): number {
  return outcome.result === 'outdated' || outcome.result === 'refused' ? exitStatus.blocked : exitStatus.allowed;
}

/** `docker verify lock [PATH] [--update] [--check] [--prune] [--yes]`. */
export const lockCommand: Command = async (context, args) => {
  const { own, given, rest } = await readArguments(context, args);
  const { session, progress } = openSession(context, own, 'looking at the images');
  const input = standardInput(process.stdin, context.environment);
  try {
    const request = {
      args: withDefaultPath(rest),
      check: given.isOn('check'),
      prune: given.isOn('prune'),
      confirmed: given.isOn('yes'),
    };
    const outcome = await lock(session, request, input);
    progress.stop();
    await writeResult(context, own, (format) =>
      format === 'json'
        ? renderJsonDocument({ schemaVersion: 0, ...outcome })
        : plainPage([...outcome.changes.flatMap(changeLines), `${outcome.file} ${results[outcome.result]}`]),
    );
    return statusOf(outcome);
  } finally {
    progress.stop();
    await input.dispose();
  }
};
