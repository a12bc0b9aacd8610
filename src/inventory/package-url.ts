/** The parts of a package URL that packages are compared by (purl-spec, PURL-SPECIFICATION). */
export interface PackageUrl {
  /** Lower case. */
  readonly type: string;
  /** Without its name, segments joined by slashes; empty where there is none. */
  readonly namespace: string;
  readonly name: string;
  /** Empty where there is none. */
  readonly version: string;
  /** The `upstream` qualifier: the source package, for some tools with `@version`; null where there is none. */
  readonly upstream: string | null;
  /** The `distro` qualifier, for instance `debian-12`; empty where there is none. */
  readonly distribution: string;
  /** The `arch` qualifier; empty where there is none. */
  readonly architecture: string;
  /** The `epoch` qualifier, which rpm's have beside their version; empty where there is none. */
  readonly epoch: string;
  /** The `tag` qualifier: of an image; empty where there is none. */
  readonly tag: string;
  /** The `repository_url` qualifier: where an image lies; empty where there is none. */
  readonly repository: string;
}

const longest = 2_000;

/** Text without its percent-encoding; as it is where that is broken. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a text is meant as a package URL: the case of its scheme does not count. */
export function isPackageUrl(text: string): boolean {
  return /^pkg:/i.test(text);
}

/** Reads a package URL leniently, as tools write them; null where it has no type or no name. */
export function parsePackageUrl(text: string): PackageUrl | null {
  if (!isPackageUrl(text) || text.length > longest) return null;
  const [withoutFragment = ''] = text.slice('pkg:'.length).split('#', 1);
  const mark = withoutFragment.indexOf('?');
  const path = mark < 0 ? withoutFragment : withoutFragment.slice(0, mark);
  const qualifiers = mark < 0 ? [] : withoutFragment.slice(mark + 1).split('&');
  const segments = path.split('/').filter((segment) => segment !== '');
  const [type, ...names] = segments;
  const last = names.pop();
  if (type === undefined || last === undefined) return null;
  const at = last.lastIndexOf('@');
  const name = decoded(at > 0 ? last.slice(0, at) : last);
  const qualifier = (key: string): string | null => {
    const found = qualifiers.find((one) => one.startsWith(`${key}=`));
    return found === undefined ? null : decoded(found.slice(key.length + 1));
  };
  if (name === '') return null;
  return {
    type: type.toLowerCase(),
    namespace: names.map(decoded).join('/'),
    name,
    version: at > 0 ? decoded(last.slice(at + 1)) : '',
    upstream: qualifier('upstream'),
    distribution: qualifier('distro') ?? '',
    architecture: qualifier('arch') ?? '',
    epoch: qualifier('epoch') ?? '',
    tag: qualifier('tag') ?? '',
    repository: (qualifier('repository_url') ?? '').replace(/^https?:\/\//, ''),
  };
}
