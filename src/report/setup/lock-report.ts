import type { Digest, Signer, VerifyError } from '../../model/index.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { plainPage, type Shown } from '../text/visible.ts';

interface LockedImage {
  readonly digest: Digest;
  readonly signer: Signer | null;
}

interface ChangedImage {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'digest' | 'signer' | 'digest-and-signer' | 'same';
  readonly before: LockedImage | null;
  readonly after: LockedImage | null;
  readonly needsConfirmation: boolean;
}

/** What locking came to. */
export interface LockResult {
  readonly file: string;
  readonly changes: readonly ChangedImage[];
  readonly moved: readonly { readonly name: string; readonly locked: string; readonly tag: string | null }[];
  readonly failures: readonly { readonly name: string | null; readonly error: VerifyError }[];
  readonly result: 'written' | 'current' | 'outdated' | 'refused' | 'unestablished';
}

function signerText(signer: Signer | null): string {
  if (signer === null) return 'no signer that is proven';
  switch (signer.kind) {
    case 'keyless':
      return `${signer.identity} (${signer.issuer})`;
    case 'key':
      return `key ${signer.name ?? ''} sha256:${signer.sha256}`;
    case 'certificate':
      return signer.subject;
  }
}

function changeLines({ name, kind, before, after, needsConfirmation }: ChangedImage): readonly string[] {
  if (kind === 'same') return [];
  const side = (mark: string, entry: LockedImage | null): readonly string[] =>
    entry === null ? [] : [`    ${mark} ${entry.digest}  ${signerText(entry.signer)}`];
  const lost =
    after?.signer === null ? 'it was signed before, and is not now' : 'it was signed by somebody else before';
  const warning = needsConfirmation ? [`    ! ${lost}: confirm with --update --yes`] : [];
  return [`  ${name}`, ...side('-', before), ...side('+', after), ...warning];
}

function movedLines({ moved }: LockResult): readonly string[] {
  return moved.flatMap(({ name, locked, tag }) => [
    `  ${name}`,
    `    stays at ${locked}; its tag ${tag === null ? 'is gone' : `stands for ${tag} now`}: docker verify lock --update ${name}`,
  ]);
}

const results: Readonly<Record<LockResult['result'], string>> = {
  written: 'written',
  current: 'is current',
  outdated:
    'is not current: docker verify lock adds what is missing, docker verify lock --update moves what has changed',
  refused: 'was not written: an image has lost or changed its signer; look at it, then confirm with --update --yes',
  unestablished: 'was left as it is: not everything could be established',
};

function documentOf(outcome: LockResult): object {
  const failures = outcome.failures.map(({ name, error: { code, message, hint } }) => ({ name, code, message, hint }));
  return { schemaVersion: 0, ...outcome, failures };
}

/** What changed in the lock, for people or as JSON. */
export function renderLock(outcome: LockResult, format: string): Shown {
  if (format === 'json') return renderJsonDocument(documentOf(outcome));
  const result = `${outcome.file} ${results[outcome.result]}`;
  return plainPage([...outcome.changes.flatMap(changeLines), ...movedLines(outcome), result]);
}
