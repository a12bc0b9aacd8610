import { compare } from '../../../gate/index.ts';
import { comparisonFormats, renderComparison } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { formatOf } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';

/** `docker verify compare IMAGE IMAGE`: two images side by side. */
export const compareCommand = commandOf('looking at both', async ({ session, rest, show }) => {
  const comparison = await compare(session, rest);
  await show((format) => renderComparison(comparison, formatOf(format, comparisonFormats)));
  return exitStatus.allowed;
});
