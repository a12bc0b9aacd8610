import { type PushedPolicy, pushPolicy, VerifyError } from '../../../gate/index.ts';
import { describeSigner, plainPage, renderJsonDocument } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { commandOf } from '../../run-command.ts';
import { readSigningOptions } from '../../signing-options.ts';

/** What to write into the policy that is to extend it. */
function howToExtend({ reference, signer }: PushedPolicy): readonly string[] {
  if (signer === null) return ['it is unsigned: extends refuses it until somebody signs it'];
  const entry =
    signer.kind === 'keyless'
      ? `{keyless: {issuer: ${JSON.stringify(signer.issuer)}, identity: ${JSON.stringify(signer.identity)}}}`
      : '{key: FILE-OF-THE-PUBLIC-KEY}';
  return ['to have it in force, put into a policy:', `  extends: [{from: "${reference}", signedBy: [${entry}]}]`];
}

function pageOf(pushed: PushedPolicy): readonly string[] {
  const { reference, digest, serial, previousSerial, files, signer } = pushed;
  const before = previousSerial === null || previousSerial === serial ? '' : `, after ${previousSerial}`;
  return [
    `pushed ${reference}, serial ${serial}${before}: ${digest}`,
    ...files.map((file) => `  with ${file}`),
    ...(signer === null ? [] : [`  signed by ${describeSigner(signer)}`]),
    '',
    ...howToExtend(pushed),
  ];
}

/** `docker verify policy push FILE oci://…`. */
export const policyPushCommand = commandOf('pushing', async (run) => {
  const [file, target, ...others] = run.operands;
  if (file === undefined || target === undefined || others.length > 0) {
    throw new VerifyError('usage.invalid', 'policy push takes one file, and where it goes', {
      hint: 'docker verify policy push FILE oci://REGISTRY/REPOSITORY:TAG',
    });
  }
  const pushed = await pushPolicy(run.session, file, target, readSigningOptions(run));
  await run.show((format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, ...pushed }) : plainPage(pageOf(pushed)),
  );
  return exitStatus.allowed;
});
