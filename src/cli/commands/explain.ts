import { VerifyError } from '../../gate/index.ts';
import {
  type CodeExplanation,
  explainedCodes,
  joinedPages,
  renderCodeList,
  renderExplanation,
  renderJsonDocument,
} from '../../report/index.ts';
import { exitStatus, exitStatusOfError } from '../exit-status.ts';
import { nearestWord } from '../help/nearest-word.ts';
import { commandOf } from '../run-command.ts';

/** The exit status that goes with an error; a finding's depends on the policy. */
function statusOf(explained: CodeExplanation): number | null {
  return explained.kind === 'error' ? exitStatusOfError(explained.code) : null;
}

function explanationsOf(written: string): readonly CodeExplanation[] {
  const code = written.replace(/^\[|\]$/g, '').toLowerCase();
  const found = explainedCodes.filter((each) => each.code === code);
  if (found.length > 0) return found;
  const near = nearestWord(
    code,
    explainedCodes.map((each) => each.code),
  );
  throw new VerifyError('usage.invalid', `there is no code ${written.slice(0, 100)}`, {
    hint: `${near === null ? '' : `did you mean ${near}? `}docker verify explain lists them all`,
  });
}

/** `docker verify explain [CODE…]`: what a finding or an error means, and its cure. */
export const explainCommand = commandOf(null, async ({ operands, show }) => {
  const asked = [...new Set(operands.flatMap(explanationsOf))];
  const shown = asked.length === 0 ? explainedCodes : asked;
  await show((format, layout) => {
    if (format === 'json')
      return renderJsonDocument({
        schemaVersion: 0,
        codes: shown.map((each) => ({ ...each, exitStatus: statusOf(each) })),
      });
    if (asked.length === 0) return renderCodeList(layout);
    return joinedPages(
      asked.map((each) => {
        const status = statusOf(each);
        return renderExplanation(each, status === null ? null : `exit status ${status}`, layout);
      }),
    );
  });
  return exitStatus.allowed;
});
