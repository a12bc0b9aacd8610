import { buildContents, findRecord, type Session, VerifyError } from '../../gate/index.ts';
import { renderCycloneDx, renderSnapshot, type SnapshotFacts } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf, oneBuild, readArguments } from '../read-arguments.ts';
import { toolVersion } from '../tool-version.ts';
import { writeResult } from '../write-result.ts';

const formats = ['cyclonedx', 'github'] as const;

function refuse(text: string, hint: string): never {
  throw new VerifyError('usage.invalid', text, { hint });
}

/** What GitHub asks for and a record does not hold comes from the options, else from GitHub Actions' own variables. */
function snapshotFacts(
  { environment: { variables } }: Session,
  given: { readonly sha: string | null; readonly ref: string | null },
  target: string,
): SnapshotFacts {
  const sha = given.sha ?? variables['GITHUB_SHA'] ?? '';
  const ref = given.ref ?? variables['GITHUB_REF'] ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(sha))
    refuse('the commit that was built is not recorded', 'add --sha, 40 hexadecimal letters');
  if (!ref.startsWith('refs/')) refuse('GitHub asks for the branch or tag', 'add --ref refs/heads/main');
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
export const exportCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  const { own, given } = read;
  const wanted = oneBuild(read, context.row);
  const { session, progress } = openSession(context, own, 'looking at what is inside');
  try {
    const record = await findRecord(session, wanted);
    const isSnapshot = own.format === 'github' || own.reports.some(({ format }) => format === 'github');
    const told = { sha: given.last('sha') ?? record.context.commit, ref: given.last('ref') };
    const facts = isSnapshot ? snapshotFacts(session, told, record.target) : null;
    const contents = await buildContents(session, record);
    progress.stop();
    const { result, images } = contents;
    if (!result.isKnown)
      session.warn('no SBOM of what was built is known: of its software only what its images bring is told');
    await writeResult(context, own, (format) =>
      formatOf(format, formats) === 'github' && facts !== null
        ? renderSnapshot(contents, facts)
        : renderCycloneDx(contents, toolVersion),
    );
    return result.isKnown || images.some(({ isKnown }) => isKnown) ? exitStatus.allowed : exitStatus.unverifiable;
  } finally {
    progress.stop();
  }
};
