import { keyId } from '../../support/evidence.ts';

// What Kyverno does with verifyImages (pkg/engine/internal/imageverifier.go, pkg/image/verifiers/cpol/cosign, ext/wildcard), written
// from its source and not from ours.

/** A signature or attestation as it sees one. */
export interface SeenStatement {
  readonly by:
    | { readonly key: string } // PEM
    | { readonly issuer: string; readonly subject: string; readonly extensions: Readonly<Record<string, string>> };
  readonly logged: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  /** Null for a signature. */
  readonly predicateType: string | null;
}

type Loose = Readonly<Record<string, unknown>>;

function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

/** IGLOU-EU/go-wildcard 1.0.3, Match. */
export function wildcardMatches(pattern: string, text: string): boolean {
  const known = new Map<number, boolean>();
  const matches = (at: number, from: number): boolean => {
    const key = at * (text.length + 1) + from;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = matchesFrom(at, from);
    known.set(key, found);
    return found;
  };
  const matchesFrom = (at: number, from: number): boolean => {
    const character = pattern.charAt(at);
    const isEnd = from >= text.length;
    if (character === '') return isEnd;
    if (character === '*') return matches(at + 1, from) || (!isEnd && matches(at, from + 1));
    return !isEnd && (character === '?' || character === text.charAt(from)) && matches(at + 1, from + 1);
  };
  return matches(0, 0);
}

function isLogged(rekor: unknown, statement: SeenStatement): boolean {
  return (rekor as Loose | undefined)?.['ignoreTlog'] === true || statement.logged;
}

function entryVerifies(entry: Loose, statement: SeenStatement, imageAnnotations: Loose | undefined): boolean {
  const annotations = (entry['annotations'] ?? imageAnnotations ?? {}) as Readonly<Record<string, string>>;
  if (Object.entries(annotations).some(([name, value]) => statement.annotations[name] !== value)) return false;
  const [keys, keyless] = [entry['keys'] as Loose | undefined, entry['keyless'] as Loose | undefined];
  if (keys !== undefined) {
    const [pem] = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/.exec(textOf(keys['publicKeys'])) ?? [];
    if (pem === undefined || !('key' in statement.by)) return false; // a key store, which no test has
    if (keys['rekor'] !== undefined && (keys['rekor'] as Loose)['pubkey'] !== undefined) return false;
    return keyId(pem) === keyId(statement.by.key) && isLogged(keys['rekor'], statement);
  }
  if (keyless === undefined) {
    const isBare = Object.keys(entry).every((name) => name === 'annotations');
    return isBare && !('key' in statement.by) && statement.logged;
  }
  if ('key' in statement.by || !isLogged(keyless['rekor'], statement)) return false;
  if (((keyless['roots'] as string | undefined) ?? '') !== '') return false; // every signature here is public Sigstore's
  const [issuer, issuerRegExp, subject, subjectRegExp] = ['issuer', 'issuerRegExp', 'subject', 'subjectRegExp'].map(
    (name) => textOf(keyless[name]),
  );
  const matches = (expression: string, value: string): boolean => {
    try {
      return new RegExp(expression, 'u').test(value);
    } catch {
      return false; // there an error, which refuses as well
    }
  };
  if (issuer !== '' && !wildcardMatches(issuer ?? '', statement.by.issuer)) return false;
  if (issuerRegExp !== '' && !matches(issuerRegExp ?? '', statement.by.issuer)) return false;
  if (subject !== '' || subjectRegExp !== '') {
    const isSubject =
      (subject !== '' && wildcardMatches(subject ?? '', statement.by.subject)) ||
      (subjectRegExp !== '' && matches(subjectRegExp ?? '', statement.by.subject));
    if (!isSubject) return false;
  }
  const { extensions, issuer: found } = statement.by;
  const wanted = (keyless['additionalExtensions'] ?? {}) as Readonly<Record<string, string>>;
  return Object.entries(wanted).every(([name, value]) =>
    wildcardMatches(value, name === 'oidcIssuer' ? found : (extensions[name] ?? '')),
  );
}

function setHolds(
  set: Loose,
  statements: readonly SeenStatement[],
  annotations: Loose | undefined,
  expands: boolean,
): boolean {
  const entries = ((set['entries'] ?? []) as readonly Loose[]).flatMap((entry) => {
    const keys = entry['keys'] as Loose | undefined;
    const blocks = textOf(keys?.['publicKeys']).match(/[\s\S]*?-----END PUBLIC KEY-----/g) ?? [];
    if (!expands || blocks.length < 2) return [entry];
    return blocks.map((publicKeys) => ({ ...entry, keys: { ...keys, publicKeys } }));
  });
  const needed = (set['count'] as number | undefined) ?? entries.length;
  const verified = entries.filter((entry) => {
    if (entry['attestor'] !== undefined) return setHolds(entry['attestor'] as Loose, statements, annotations, expands);
    return statements.some((statement) => entryVerifies(entry, statement, annotations));
  });
  return entries.length > 0 && verified.length >= needed;
}

function attestationHolds(
  attestation: Loose,
  statements: readonly SeenStatement[],
  annotations: Loose | undefined,
): boolean {
  const type = textOf(attestation['type']) || textOf(attestation['predicateType']);
  const own = (attestation['attestors'] ?? []) as readonly Loose[];
  const sets = own.length === 0 ? [{ entries: [{}] }] : own;
  const conditions = (attestation['conditions'] ?? []) as readonly unknown[];
  const typed = statements.filter(({ predicateType }) => predicateType === type);
  // what conditions say of a statement depends on it: none of those here satisfies any
  return type !== '' && conditions.length === 0 && sets.every((set) => setHolds(set, typed, annotations, false));
}

/** The names that a resource may give an image: official ones are written without their namespace as well. */
export function kyvernoNames(name: string): readonly string[] {
  const [repository = '', digest] = name.split('@');
  const slash = repository.lastIndexOf('/');
  const hasTag = repository.indexOf(':', slash) > 0;
  const seen =
    digest === undefined
      ? hasTag
        ? repository
        : `${repository}:latest`
      : `${hasTag ? repository.slice(0, repository.indexOf(':', slash)) : repository}@${digest}`;
  const official = 'docker.io/library/';
  return seen.startsWith(official) ? [seen, `docker.io/${seen.slice(official.length)}`] : [seen];
}

function covers(image: Loose, name: string): boolean {
  const references = [...((image['imageReferences'] ?? []) as readonly string[]), image['image']].filter(
    (one): one is string => typeof one === 'string',
  );
  const skipped = (image['skipImageReferences'] ?? []) as readonly string[];
  return references.some((one) => wildcardMatches(one, name)) && !skipped.some((one) => wildcardMatches(one, name));
}

function holds(image: Loose, name: string, statements: readonly SeenStatement[]): boolean {
  const sets = [...((image['attestors'] ?? []) as readonly Loose[])];
  const attestations = (image['attestations'] ?? []) as readonly Loose[];
  const annotations = image['annotations'] as Loose | undefined;
  if (typeof image['key'] === 'string' && attestations.length === 0)
    sets.push({ entries: [{ keys: { publicKeys: image['key'] } }] });
  else if (typeof image['issuer'] === 'string' && attestations.length === 0)
    sets.push({
      entries: [{ keyless: { issuer: image['issuer'], subject: image['subject'], roots: image['roots'] } }],
    });
  if (image['mutateDigest'] === false && image['verifyDigest'] !== false && !name.includes('@')) return false;
  const signatures = statements.filter(({ predicateType }) => predicateType === null);
  return (
    sets.every((set) => setHolds(set, signatures, annotations, true)) &&
    attestations.every((attestation) => attestationHolds(attestation, statements, annotations))
  );
}

/** Whether every enforced entry that covers the image lets it in, however a resource writes its name. */
export function kyvernoAllows(
  documents: readonly Loose[],
  name: string,
  statements: readonly SeenStatement[],
): boolean {
  return documents.every((document) => {
    const spec = document['spec'] as Loose;
    const action = textOf(spec['validationFailureAction'], 'Audit').toLowerCase();
    const images = ((spec['rules'] ?? []) as readonly Loose[]).flatMap(
      (rule) => (rule['verifyImages'] ?? []) as readonly Loose[],
    );
    return images
      .filter((image) => textOf(image['failureAction'], action).toLowerCase() === 'enforce')
      .every((image) => kyvernoNames(name).every((seen) => !covers(image, seen) || holds(image, seen, statements)));
  });
}
