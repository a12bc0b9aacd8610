import {
  type LockOutcome,
  type LockRequest,
  lock,
  type OptionValues,
  partImages,
  VerifyError,
  withDefaultPath,
  withPathAlone,
} from '../../../gate/index.ts';
import { renderLock } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { commandOf } from '../../run-command.ts';
import { say } from '../../streams.ts';

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
export const lockCommand = commandOf('looking at the images', async ({ session, given, rest, input, show }) => {
  const request = requestOf(given, rest, session.environment.workingDirectory);
  const outcome = await lock(session, request, input);
  await show((format) => renderLock(outcome, format));
  sayFailures(outcome);
  return statusOf(outcome);
});
