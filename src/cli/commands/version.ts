import { type VerifiedRelease, VerifyError, verifyRelease } from '../../gate/index.ts';
import { describeSigner, plainPage, renderJsonDocument } from '../../report/index.ts';
import { exitStatus } from '../exit-status.ts';
import { takesNothing } from '../read-arguments.ts';
import { type CommandRun, commandOf } from '../run-command.ts';
import { toolVersion } from '../tool-version.ts';
import { trustedSigners } from '../trusted-signers.ts';

function pageOf({ file, digest, verified, signer, listed, provenance, problems }: VerifiedRelease): readonly string[] {
  return [
    `${verified ? '✓ verified' : '✗ refused'}  ${file}  ${digest}`,
    ...(signer === null ? [] : [`  signed by ${describeSigner(signer)}`]),
    ...(listed === true ? ['  listed in SHA256SUMS'] : []),
    ...(provenance === true ? ['  named in the signed provenance'] : []),
    ...problems.map((problem) => `  ${problem}`),
    verified ? 'verified' : 'refused: do not run it',
  ];
}

async function verifyFile(run: CommandRun, file: string, signers: readonly string[]): Promise<number> {
  const found = await verifyRelease(run.session, file, signers);
  await run.show((format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, ...found }) : plainPage(pageOf(found)),
  );
  return found.verified ? exitStatus.allowed : exitStatus.blocked;
}

/** `docker verify version`; with `--verify FILE` whether a file of a release is what its makers signed. */
export const versionCommand = commandOf(null, async (run) => {
  takesNothing(run, run.context.row);
  const [file, signers] = [run.given.last('verify'), trustedSigners(run)];
  if (file !== null) return await verifyFile(run, file, signers);
  if (signers.length > 0) {
    throw new VerifyError('usage.invalid', 'a signer is named, but no file that it should have signed', {
      hint: 'docker verify version --verify FILE --key FILE',
    });
  }
  await run.show((format) =>
    format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, version: toolVersion })
      : plainPage([`docker-verify ${toolVersion}`]),
  );
  return exitStatus.allowed;
});
