import type { Report, ReportBuild, ReportCacheImport, ReportSource, ReportTarget, Unknown } from '../../model/index.ts';
import { findingExplanations } from '../findings/findings.ts';
import { type Detail, labelled } from './image-details.ts';

/** `a`, `a and b`, `a, b and c`. */
function enumerate(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function describeSubject({ targets, images, files }: Report): string {
  if (files !== undefined) return `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  if (targets.length > 1) return `${targets.length} targets (${targets.map(({ name }) => name).join(', ')})`;
  const [target] = targets;
  if (target === undefined || target.dockerfile === '')
    return images.length === 1 ? '1 image' : `${images.length} images`;
  const platforms = target.platforms.length === 0 ? '' : ` for ${target.platforms.join(', ')}`;
  return `${target.dockerfile}${describeContext(target)}${platforms}`;
}

/** Where a Dockerfile was read from, with the beginning of the commit or checksum that the builder is held to. */
function describeContext({ dockerfile, context }: ReportTarget): string {
  if (context === undefined) return '';
  const [algorithm = '', hash = ''] = context.digest.split(':');
  const at = algorithm === 'sha1' ? hash.slice(0, 12) : `${algorithm}:${hash.slice(0, 12)}`;
  return `${context.source === dockerfile ? '' : ` of ${context.source}`} at ${at}`;
}

/** What is checked, by which policies, and how strictly. */
export function describeTask(report: Report): string {
  const policies = report.policies.map(({ layer, source }) =>
    layer === 'builtin' ? 'the built-in policy' : `${source} (${layer})`,
  );
  const manner = report.mode === 'enforce' ? 'enforcing' : 'in warn mode, by';
  return `Checking ${describeSubject(report)}, ${manner} ${policies.length === 0 ? 'no policy' : enumerate(policies)}`;
}

const unknownReasons: Readonly<Record<Unknown['reason'], string>> = {
  'custom-frontend': 'a custom frontend decides what is pulled',
  'remote-context': 'the Dockerfile lies in a remote context, which only the builder reads',
  'stdin-context': 'the context comes on standard input and could not be read before the build',
};

/** What only a build can settle. */
export function describeUnknown({ reason, line }: Unknown): string {
  return `${unknownReasons[reason]}${line === null ? '' : ` (line ${line})`}`;
}

export function describeCacheImport({ type, ref, status }: ReportCacheImport): string {
  return `cache ${type} ${ref}  ${status === 'allow' ? 'allowed' : findingExplanations['cache-import.denied'].headline}`;
}

const sourceFindings = { git: 'source.unpinned', http: 'source.checksum-missing' } as const;

/** The repositories and downloads that something is wrong with: what is let through needs no line. */
export function refusedSources({ sources = [] }: Report): readonly ReportSource[] {
  return sources.filter(({ status }) => status !== 'allow');
}

/** The finding of a source that is not let through. */
export function sourceFinding({ kind }: ReportSource): (typeof sourceFindings)[keyof typeof sourceFindings] {
  return sourceFindings[kind];
}

/** What is wrong with a source that is not let through, in a few words. */
export function sourceHeadline(source: ReportSource): string {
  return findingExplanations[sourceFinding(source)].headline;
}

export function describeSource(source: ReportSource): string {
  return `${source.kind} ${source.name}  ${sourceHeadline(source)}`;
}

/** `a source that was not verified`, `2 sources that were not verified`. */
export function describeUnverified({ length }: ReportBuild['unverified']): string {
  return length === 1 ? 'a source that was not verified' : `${length} sources that were not verified`;
}

/** The unverified sources that a build used, and what came out of it; empty where there are none. */
export function describeBuild({ unverified, digest, pushed }: ReportBuild): readonly Detail[] {
  if (unverified.length === 0) return [];
  return [
    { label: null, value: `The build used ${describeUnverified(unverified)}:`, code: null, level: null },
    ...unverified.map((source) => labelled('source', source)),
    ...(digest === null ? [] : [labelled('produced', digest)]),
    ...(pushed.length === 0 ? [] : [labelled('pushed to', pushed.join(', '))]),
  ];
}
