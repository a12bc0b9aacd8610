import { buildContents, findRecord, type Session, VerifyError } from '../../../gate/index.ts';
import { renderCycloneDx, renderSnapshot, type SnapshotFacts } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { formatOf, oneBuild } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';
import { toolVersion } from '../../tool-version.ts';

const formats = ['cyclonedx', 'github'] as const;

function refuse(text: string, hint: string): never {
  throw new VerifyError('usage.invalid', text, { hint });
}

const quoted = (text: string): string => `"${text.slice(0, 100)}"`;

/** What GitHub asks for and a record does not hold comes from the options, else from GitHub Actions' own variables. */
function snapshotFacts(
  { environment: { variables } }: Session,
  given: { readonly sha: string | null; readonly ref: string | null },
  target: string,
): SnapshotFacts {
  const sha = given.sha ?? variables['GITHUB_SHA'] ?? '';
  const ref = given.ref ?? variables['GITHUB_REF'] ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(sha))
    refuse(
      sha === '' ? 'the commit that was built is not recorded' : `${quoted(sha)} is no commit as GitHub takes it`,
      'add --sha, 40 hexadecimal letters',
    );
  if (!ref.startsWith('refs/'))
    refuse(
      ref === '' ? 'GitHub asks for the branch or tag' : `${quoted(ref)} is no branch or tag as GitHub takes it`,
      'add --ref refs/heads/main',
    );
  const names = [variables['GITHUB_WORKFLOW'], variables['GITHUB_JOB'], target];
  return {
    tool: toolVersion,
    sha,
    ref,
    job: variables['GITHUB_RUN_ID'] ?? 'local',
    correlator: ['docker-verify', ...names.filter((name) => name !== undefined && name !== '')].join(' '),
  };
}

/** `docker verify records export [--format cyclonedx|github] BUILD`: one build for Dependency-Track or GitHub. */
export const exportCommand = commandOf('looking at what is inside', async (run) => {
  const { session, own, given, progress, show } = run;
  const record = await findRecord(session, oneBuild(run, run.context.row));
  const isSnapshot = own.format === 'github' || own.reports.some(({ format }) => format === 'github');
  const commit = { sha: given.last('sha') ?? record.context.commit, ref: given.last('ref') };
  const facts = isSnapshot ? snapshotFacts(session, commit, record.target) : null;
  const contents = await buildContents(session, record);
  const { result, images } = contents;
  progress.stop();
  if (!result.isKnown) session.warn('no SBOM of what was built is known: only software of its base images is listed');
  await show((format) =>
    formatOf(format, formats) === 'github' && facts !== null
      ? renderSnapshot(contents, facts)
      : renderCycloneDx(contents, toolVersion),
  );
  return result.isKnown || images.some(({ isKnown }) => isKnown) ? exitStatus.allowed : exitStatus.unverifiable;
});
