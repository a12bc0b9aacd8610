import {
  checkPolicies,
  convertFile,
  explainImages,
  listPublishers,
  refuseReplacing,
  runPolicyTests,
  VerifyError,
} from '../../../gate/index.ts';
import {
  renderJsonDocument,
  renderPolicyCheck,
  renderPolicyExplanation,
  renderPolicyTests,
  renderPublishers,
  visibleDocument,
} from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { commandOf } from '../../run-command.ts';
import { say } from '../../streams.ts';
import { resultFiles } from '../../write-result.ts';

/** `docker verify policy check [FILE…]`. */
export const policyCheckCommand = commandOf(null, async ({ session, operands, show }) => {
  const checked = await checkPolicies(session, operands);
  await show((format) => renderPolicyCheck(checked, format));
  return exitStatus.allowed;
});

/** `docker verify policy explain IMAGE…`. */
export const policyExplainCommand = commandOf('looking at what is attached', async ({ session, rest, show }) => {
  const images = await explainImages(session, rest);
  await show((format) => renderPolicyExplanation(images, format));
  return exitStatus.allowed;
});

/** `docker verify policy test FILE…`. */
export const policyTestCommand = commandOf(null, async ({ session, operands, show }) => {
  const results = await runPolicyTests(session, operands);
  await show((format) => renderPolicyTests(results, format));
  return results.every(({ passed }) => passed) ? exitStatus.allowed : exitStatus.blocked;
});

/** `docker verify policy convert FILE`. */
export const policyConvertCommand = commandOf(null, async ({ session, own, operands: [file, ...others], show }) => {
  if (file === undefined || others.length > 0) {
    throw new VerifyError('usage.invalid', 'policy convert takes one file', {
      hint: 'docker verify policy convert FILE > docker-verify.yaml',
    });
  }
  const { from, yaml, unconverted } = await convertFile(session, file);
  await refuseReplacing(resultFiles(own));
  await show((format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, from, yaml, unconverted }) : visibleDocument(yaml),
  );
  for (const remark of unconverted) say(`docker verify: warning: ${remark}`);
  return exitStatus.allowed;
});

/** `docker verify policy publishers [IMAGE]`. */
export const policyPublishersCommand = commandOf(null, async ({ session, operands, show }) => {
  const [image = null, second] = operands;
  if (second !== undefined) {
    throw new VerifyError('usage.invalid', 'policy publishers takes one image', {
      hint: 'docker verify policy publishers IMAGE; without an image it lists all publishers',
    });
  }
  const listed = await listPublishers(session, image);
  await show((format) => renderPublishers(listed, image, format));
  return exitStatus.allowed;
});
