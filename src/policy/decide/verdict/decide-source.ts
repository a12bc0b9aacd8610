import { type FetchedSource, type Finding, type Status, strictest } from '../../../model/index.ts';
import type { PolicySet, SourceSetting } from '../../language/compiled/policy-set.ts';
import { findingOf } from '../evidence/judgement.ts';
import { statusOfRefusal } from '../judge/judge-rule.ts';
import { emergencyFinding, emergencyReason } from './break-glass.ts';

/** What the policies make of one git repository or download. */
export interface SourceDecision {
  readonly status: Status;
  readonly findings: readonly Finding[];
}

function settingsAsking(kind: FetchedSource['kind'], policies: PolicySet): readonly SourceSetting[] {
  return policies.layers.flatMap(({ sources }) => sources.filter((setting) => setting[kind] !== 'any'));
}

function placesOf({ uses }: FetchedSource): string {
  const places = uses.flatMap(({ file, line }) => (file === null ? [] : [line === null ? file : `${file}:${line}`]));
  return places.length === 0 ? '' : ` (${[...new Set(places)].join(', ')})`;
}

function gitFinding(source: FetchedSource, policy: string): Finding {
  return findingOf(
    'source.unpinned',
    'a git repository is not held to a commit: its ref may stand for something else tomorrow',
    {
      expected: `a whole commit, which ${policy} asks for: 40 or 64 hexadecimal digits in lower case`,
      found: `${source.name}${placesOf(source)}`,
      hint: 'write #COMMIT behind its address, or give ADD --checksum=COMMIT',
    },
  );
}

function httpFinding(source: FetchedSource, policy: string): Finding {
  const isContext = source.uses.some(({ kind }) => kind === 'context' || kind === 'dockerfile');
  return findingOf(
    'source.checksum-missing',
    'a download is not held to a checksum: whatever its server sends is used',
    {
      expected: `a checksum, which ${policy} asks for`,
      found: `${source.name}${placesOf(source)}`,
      hint: isContext
        ? 'a context by URL can carry no checksum: use ADD --checksum, a git repository at a commit, or a folder'
        : 'write ADD --checksum=sha256:…',
    },
  );
}

/**
 * Whether a repository or download is held to its content as every policy in force asks: a whole commit for git, a checksum for a
 * download. Without a policy about it a source is allowed.
 */
export function decideSource(source: FetchedSource, policies: PolicySet): SourceDecision {
  const [first, ...others] = source.pin === null ? settingsAsking(source.kind, policies) : [];
  if (first === undefined) return { status: 'allow', findings: [] };
  const statuses = [first, ...others].map(({ mode }) => statusOfRefusal(mode));
  const status = statuses.reduce(strictest);
  const finding = source.kind === 'git' ? gitFinding(source, first.policy) : httpFinding(source, first.policy);
  const reason = emergencyReason(policies);
  if (status !== 'block' || reason === null) return { status, findings: [finding] };
  const broken = emergencyFinding(reason, 'a source that the policies allow', finding.code);
  return { status: 'warn', findings: [finding, broken] };
}

/** What the builder itself has to refuse: kinds of sources for which a policy in enforce mode asks for a commit or checksum. */
export function heldSources(policies: PolicySet): Readonly<Record<FetchedSource['kind'], boolean>> {
  const isHeld = (kind: FetchedSource['kind']): boolean =>
    emergencyReason(policies) === null && settingsAsking(kind, policies).some(({ mode }) => mode === 'enforce');
  return { git: isHeld('git'), http: isHeld('http') };
}
