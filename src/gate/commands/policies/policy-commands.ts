import { basename, resolve } from 'node:path';
import {
  parseCanonicalName,
  type ReportEvidence,
  type ReportPolicy,
  readBoundedFile,
  VerifyError,
} from '../../../model/index.ts';
import {
  type ConversionResult,
  convertPolicyFile,
  type Explanation,
  explain,
  isConverted,
  loadPolicies,
  matchableName,
  type PolicyRemark,
  type PolicySet,
  type PolicyTestResult,
  type Publisher,
  policyRemarks,
  projectPolicyName,
  publishersOf,
  testPolicies,
} from '../../../policy/index.ts';
import { decideInput, gatherImage } from '../../examine/gather/gather-image.ts';
import { needsLineage, traceImage } from '../../examine/judge/image-lineage.ts';
import { reportEvidence } from '../../examine/judge/report-image.ts';
import { policyExtensions } from '../../session/policy-extensions.ts';
import type { Session } from '../../session/session.ts';
import { withPipeline } from '../../session/with-pipeline.ts';
import { onlyImages } from '../images/operands.ts';
import { conversionAids } from './convert-policy.ts';

/** The policies in force here, with `--policy` ones and those that are only to be checked. */
export interface CheckedPolicies {
  readonly policies: readonly ReportPolicy[];
  readonly mode: PolicySet['mode'];
  /** Rules of one's own, the built-in policy's left out. */
  readonly rules: number;
  /** What is valid and probably not meant. */
  readonly remarks: readonly PolicyRemark[];
}

async function load(session: Session, files: readonly string[]): Promise<PolicySet> {
  const { environment, own } = session;
  return await loadPolicies({
    environment,
    commandLine: [...own.policies, ...files],
    projectFrom: files.length > 0 ? null : environment.workingDirectory,
    mode: own.mode,
    extensions: policyExtensions(session),
  });
}

/**
 * Reads every policy in force, or `files` as if `--policy` named them.
 * @throws VerifyError `policy.*`, `lock.invalid`, `usage.loosens`
 */
export async function checkPolicies(session: Session, files: readonly string[]): Promise<CheckedPolicies> {
  const policies = await load(session, files);
  const own = policies.layers.filter(({ layer }) => layer !== 'builtin');
  return {
    policies: policies.reportPolicies,
    mode: policies.mode,
    rules: own.reduce((sum, { rules, clusterPolicies }) => sum + rules.length + clusterPolicies.length, 0),
    remarks: policyRemarks(policies, session.now()),
  };
}

/** Why one image gets the verdict that it gets. */
export interface ExplainedImage extends Explanation {
  readonly name: string;
  readonly digest: string;
  /** What is attached, and whether it was proven and counted. */
  readonly evidence: readonly ReportEvidence[];
}

/**
 * Walks the rules for the images named, with what is really attached to them.
 * @throws VerifyError `usage.invalid`; also where an image cannot be looked up
 */
export async function explainImages(session: Session, args: readonly string[]): Promise<readonly ExplainedImage[]> {
  const uses = onlyImages(args, session, 'policy explain', 'docker verify check explains a folder');
  return await withPipeline(
    session,
    {
      projectFrom: session.environment.workingDirectory,
      localImages: false,
    },
    async (pipeline) => {
      return await Promise.all(
        uses.map(async (use) => {
          const gathered = await gatherImage(pipeline, use, { everything: true });
          const { resolution } = gathered;
          if (resolution.kind === 'unresolved') throw resolution.failure;
          const lineage = needsLineage(pipeline.policies) ? await traceImage(pipeline, gathered) : null;
          const input = decideInput(pipeline, gathered, resolution, lineage?.links ?? null);
          const explained = explain(input, pipeline.policies);
          const evidence = reportEvidence(gathered.evidence, explained.decision.satisfiedBy);
          return { name: use.name, digest: resolution.image.root.digest, evidence, ...explained };
        }),
      );
    },
  );
}

/**
 * Runs tables of tests against the policies that they name, else those in force.
 * @throws VerifyError `policy.invalid`, `policy.unreadable`
 */
export async function runPolicyTests(session: Session, files: readonly string[]): Promise<readonly PolicyTestResult[]> {
  if (files.length === 0)
    throw new VerifyError('usage.invalid', 'policy test takes tables', { hint: 'docker verify policy test FILE…' });
  const { environment } = session;
  const results = await Promise.all(
    files.map((file) =>
      testPolicies(resolve(environment.workingDirectory, file), environment, () => load(session, [])),
    ),
  );
  return results.flat();
}

const largestPolicy = 1_048_576; // bytes

/**
 * Refuses to put a converted policy in place of the project's own, unless that was converted too.
 * @throws VerifyError `usage.invalid`
 */
export async function refuseReplacing(files: readonly string[]): Promise<void> {
  for (const file of files.filter((named) => basename(named) === projectPolicyName)) {
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await readBoundedFile(file, largestPolicy);
    if (bytes === null || bytes.byteLength === 0 || isConverted(bytes.toString('utf8'))) continue;
    throw new VerifyError('usage.invalid', `${file} is there already, and was not converted from anything`, {
      hint: 'move it away or name another file; without --output the policy is printed',
    });
  }
}

/**
 * Another tool's policy in our language.
 * @throws VerifyError `policy.unreadable`, `policy.invalid`
 */
export async function convertFile(session: Session, file: string): Promise<ConversionResult> {
  const { workingDirectory } = session.environment;
  return await convertPolicyFile(resolve(workingDirectory, file), file, conversionAids(workingDirectory));
}

/**
 * The publishers that a policy here may name, by name: the built-in catalogue's, and those of the files that the layers name.
 * @param image those alone that sign images of this name, as written; null for all
 * @throws VerifyError `policy.*`, `lock.invalid`, `usage.loosens`, `reference.invalid`
 */
export async function listPublishers(session: Session, image: string | null): Promise<readonly Publisher[]> {
  const name = image === null ? null : matchableName(parseCanonicalName(image), null);
  const { publishers } = await load(session, []);
  const meant = name === null ? publishers : publishersOf(publishers, name);
  return meant.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
