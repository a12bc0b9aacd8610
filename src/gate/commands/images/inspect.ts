import type { BuildInput } from '../../../lineage/index.ts';
import type { Evidence, LineageLink, ReportImage, UnsignedStatement } from '../../../model/index.ts';
import { type CollectProblem, isUnseen } from '../../../oci/index.ts';
import { judgeGathered } from '../../examine/examination/examine-image.ts';
import { gatherImage } from '../../examine/gather/gather-image.ts';
import { traceImage } from '../../examine/judge/image-lineage.ts';
import { reportImage } from '../../examine/judge/report-image.ts';
import type { Session } from '../../session/session.ts';
import { withPipeline } from '../../session/with-pipeline.ts';
import { onlyImages } from './operands.ts';

/** Evidence with what a report leaves out: who claims what, where it was found. */
export interface InspectedEvidence extends Omit<Evidence, 'statement' | 'problem'> {
  /** Whether a rule in force trusts it for this image. */
  readonly trusted: boolean;
  readonly problem: string | null;
  readonly problemCode: string | null;
}

/** Everything that is known of one image. */
export interface Inspection {
  readonly image: ReportImage;
  readonly evidence: readonly InspectedEvidence[];
  readonly unsigned: readonly UnsignedStatement[];
  /** What could not be looked at, one sentence each: more may be attached. */
  readonly problems: readonly string[];
  /** What is listed or attached and says nothing about the image, one sentence each. */
  readonly ignored: readonly string[];
  readonly lineage: readonly LineageLink[];
  readonly inputs: readonly BuildInput[];
}

function describeProblem({ location, error }: CollectProblem): string {
  const next = error.hint === null ? '' : ` (${error.hint})`;
  return `${location}: ${error.message}${next}`;
}

/**
 * Every signature and attestation found on the images named, what each proves, and the chain of bases.
 * @throws VerifyError `usage.invalid`; also where an image cannot be looked up
 */
export async function inspect(session: Session, args: readonly string[]): Promise<readonly Inspection[]> {
  const uses = onlyImages(args, session, 'inspect', 'docker verify check looks at a folder');
  return await withPipeline(
    session,
    {
      projectFrom: session.environment.workingDirectory,
      localImages: false,
      allRoots: true,
      unlocked: 'all',
    },
    async (pipeline) => {
      return await Promise.all(
        uses.map(async (use) => {
          const gathered = await gatherImage(pipeline, use, { everything: true });
          if (gathered.resolution.kind === 'unresolved') throw gathered.resolution.failure;
          const lineage = await traceImage(pipeline, gathered);
          const examined = await judgeGathered(pipeline, gathered, lineage?.links ?? null);
          const trusted = new Set(examined.decision.satisfiedBy);
          return {
            image: reportImage(examined),
            evidence: gathered.evidence.map(({ statement: _statement, problem, ...piece }, index) => ({
              ...piece,
              trusted: trusted.has(index),
              problem: problem?.message ?? null,
              problemCode: problem?.code ?? null,
            })),
            unsigned: gathered.collected.unsigned,
            problems: gathered.collected.problems.filter(isUnseen).map(describeProblem),
            ignored: gathered.collected.problems
              .filter((problem) => !isUnseen(problem))
              .map(({ error }) => error.message),
            lineage: lineage?.links ?? [],
            inputs: lineage?.inputs ?? [],
          };
        }),
      );
    },
  );
}
