import type { ChangedFile, LayerChange, PlatformComparison, Rebuild } from '../../model/index.ts';
import { plainPage, type Shown } from '../text/visible.ts';

const causes: Readonly<Record<NonNullable<LayerChange['cause']>, string>> = {
  time: 'a clock or date that was written into a file',
  'network in RUN': 'something that RUN or ADD downloads',
  'unpinned package': 'packages without a pinned version',
};

const mostShown = 5;

function nameOf({ record }: Rebuild): string {
  return record.tags[0] ?? `target ${record.target}`;
}

function fileLine({ path, changes }: ChangedFile): string {
  return `      /${path}  ${changes.join(', ')}`;
}

function layerLines({ layer, instruction, isDifferent, count, files, cause }: LayerChange): readonly string[] {
  const made = instruction === null ? '' : `  ${instruction.slice(0, 120)}`;
  const times = isDifferent ? '' : ', by their times alone';
  const rest = count - Math.min(files.length, mostShown);
  return [
    `    layer ${layer}${made}`,
    ...(cause === null ? [] : [`      likely cause: ${causes[cause]}`]),
    ...(isDifferent && cause === null ? ['      cause: nothing points to one'] : []),
    `      ${count} ${count === 1 ? 'file differs' : 'files differ'}${times}:`,
    ...files.slice(0, mostShown).map(fileLine),
    ...(rest > 0 ? [`      and ${rest} more`] : []),
  ];
}

function platformLines({
  platform,
  original,
  rebuilt,
  verdict,
  settings,
  metadata,
  layers,
}: PlatformComparison): readonly string[] {
  if (verdict === 'identical') return [`  ${platform}  ${original}`];
  return [
    `  ${platform}  ${original}`,
    `    now      ${rebuilt}`,
    ...(settings.length === 0 ? [] : [`    settings that differ: ${settings.join(', ')}`]),
    ...(metadata.length === 0 ? [] : [`    metadata that differs: ${metadata.join(', ')}`]),
    ...layers.flatMap(layerLines),
  ];
}

function refusalOf({ auditFailure }: NonNullable<Rebuild['refusal']>): string {
  return auditFailure === null ? 'is refused by the policies' : 'would be made of what was not verified';
}

function headline(rebuild: Rebuild): string {
  const what = `${nameOf(rebuild)} (record ${rebuild.record.id})`;
  switch (rebuild.verdict) {
    case 'identical':
      return `identical: ${what} came out as the same bytes`;
    case 'same content':
      return `same content: all files of ${what} came out the same, only times or metadata differ`;
    case 'different':
      return `different: ${what} came out otherwise`;
    case null:
      return `not rebuilt: ${what} ${rebuild.refusal === null ? 'lacks' : refusalOf(rebuild.refusal)}`;
  }
}

function sourceLines({ verdict, commit, folder }: Rebuild): readonly string[] {
  if (verdict === null) return [];
  if (folder !== null) return [`  from ${folder} as it lies`];
  return commit === null ? [] : [`  from commit ${commit}`];
}

/** What became of building a record again, for people. */
export function renderRebuild(rebuild: Rebuild): Shown {
  const { missing, platforms, leftOut } = rebuild;
  return plainPage([
    headline(rebuild),
    ...missing.map((each) => `  ${each}`),
    ...sourceLines(rebuild),
    ...leftOut.map((each) => `  left out ${each}`),
    ...platforms.flatMap(platformLines),
  ]);
}
