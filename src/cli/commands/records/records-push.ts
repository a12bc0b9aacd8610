import { type PushedRecord, pushRecords } from '../../../gate/index.ts';
import { describeSigner, plainPage, renderJsonDocument } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { commandOf } from '../../run-command.ts';
import { readSigningOptions } from '../../signing-options.ts';

function linesOf({ image, digest, record, result, objections, policy, sbom, signer }: PushedRecord): readonly string[] {
  return [
    `${result}  ${image}@${digest}`,
    ...objections.map((objection) => `  ! ${objection}`),
    `  record ${record}${sbom === null ? '' : ', with its SBOM'}`,
    `  policy ${policy.uri}  sha256:${policy.digest.sha256}`,
    signer === null ? '  unsigned: others cannot verify it' : `  signed by ${describeSigner(signer)}`,
  ];
}

/** `docker verify records push IMAGE…`. */
export const pushCommand = commandOf('attaching', async (run) => {
  const signing = { ...readSigningOptions(run), sbom: run.given.isOn('sbom') };
  const pushed = await pushRecords(run.session, run.operands, signing);
  await run.show((format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, images: pushed }) : plainPage(pushed.flatMap(linesOf)),
  );
  return exitStatus.allowed;
});
