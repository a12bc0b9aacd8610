import type { BuildRecord, RecordedImage } from '../../model/index.ts';
import { describeSigner } from '../describe/describe-signer.ts';
import { plainPage, type Shown } from '../text/visible.ts';

function whenOf({ time }: BuildRecord): string {
  return time.slice(0, 16).replace('T', ' ');
}

function nameOf({ tags, digest, imageId }: BuildRecord): string {
  return tags[0] ?? digest?.slice(0, 19) ?? imageId?.slice(0, 19) ?? '(no name)';
}

/** One line for each record, the newest first. */
export function renderRecordList(records: readonly BuildRecord[]): Shown {
  if (records.length === 0) return plainPage(['no build is recorded here']);
  const lines = records.toReversed().map((record) => {
    const target = record.target === 'default' ? '' : `  target ${record.target}`;
    const pushed = record.pushed.length === 0 ? '' : `  pushed to ${record.pushed.join(', ')}`;
    const from = record.pulled === undefined ? '' : `  pulled from ${record.pulled.from} (${record.pulled.result})`;
    const waived = record.breakGlass === null ? '' : '  BREAK-GLASS';
    const images = `${record.images.length} ${record.images.length === 1 ? 'image' : 'images'}`;
    return `${record.id}  ${whenOf(record)}  ${nameOf(record)}${target}  ${images}${pushed}${from}${waived}`;
  });
  return plainPage(lines);
}

function imageLine({ name, digest, role, signer, status, rule }: RecordedImage): string {
  const by = signer === null ? '' : `, signed by ${describeSigner(signer)}`;
  const under = rule === null ? '' : `, rule "${rule}"`;
  return `  ${role.padEnd(14)} ${name}  ${digest?.slice(0, 19) ?? '(not resolved)'}  ${status}${by}${under}`;
}

function row(label: string, value: string | null): readonly string[] {
  return value === null || value === '' ? [] : [`${label.padEnd(12)} ${value}`];
}

function contextText({ context }: BuildRecord): string {
  const { source, remote, commit, dirty, subdirectory } = context;
  const at = commit === null ? '' : ` at ${commit}${dirty === true ? ' with changes' : ''}`;
  const below = subdirectory === null || subdirectory === '' ? '' : `, ${subdirectory}`;
  return remote === null ? `${source ?? context.kind}${at}` : `${remote}${at}${below}`;
}

function pulledText({ pulled }: BuildRecord): string | null {
  if (pulled === undefined) return null;
  const by = pulled.signer === null ? '' : `, signed by ${describeSigner(pulled.signer)}`;
  return `${pulled.from}: ${pulled.result}${by}`;
}

/** All that is known of one build. */
export function renderRecord(record: BuildRecord): Shown {
  const built = Object.entries(record.arguments.build).map(([name, value]) =>
    value === null ? name : `${name}=${value}`,
  );
  return plainPage([
    `${nameOf(record)}  ${record.id}`,
    ...row('time', record.time),
    ...row('target', record.stage === null ? record.target : `${record.target}, stage ${record.stage}`),
    ...row('digest', record.digest),
    ...row('image ID', record.imageId),
    ...row('tags', record.tags.join(', ')),
    ...row('pushed', record.pushed.join(', ')),
    ...row('platforms', record.platforms.join(', ')),
    ...row('SBOMs', (record.sboms ?? []).map((digest) => digest.slice(0, 19)).join(', ')),
    ...row('context', contextText(record)),
    ...row('pulled from', pulledText(record)),
    ...row('Dockerfile', record.dockerfile.path),
    ...row('arguments', built.join(' ')),
    ...row('secrets', record.arguments.secrets.join(', ')),
    ...row('verdict', record.verdict),
    ...row('exceptions', record.exceptions.join('; ')),
    ...row('break-glass', record.breakGlass),
    'images',
    ...record.images.map(imageLine),
  ]);
}
