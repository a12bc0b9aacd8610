import {
  type CanonicalName,
  canonicalName,
  familiarName,
  formatPlatform,
  imageScheme,
  isVerifyError,
  type NamedContextOption,
  type Platform,
  parseReference,
  type Reference,
} from '../../model/index.ts';
import { invalidDockerfile } from '../text/invalid-dockerfile.ts';

/**
 * What stands behind a named context: an image, content that is no image of a registry (a folder, a layout, a repository, a URL), the
 * result of another target, or nothing at all.
 */
type ContextSource =
  | { readonly kind: 'image'; readonly image: CanonicalName; readonly written: string }
  | { readonly kind: 'content' | 'target' | 'nothing' };

export interface NamedContext {
  /** As on the command line. */
  readonly name: string;
  readonly value: string;
  readonly source: ContextSource;
  /** The image that its name stands for, null where the name is no reference. */
  readonly image: CanonicalName | null;
  /** Whether its name carries a registry, a tag or a digest. */
  readonly qualified: boolean;
}

/** The named contexts of a build, found as BuildKit finds them (frontend/dockerui/config.go: NamedContext). */
export class NamedContexts {
  readonly #byKey: ReadonlyMap<string, NamedContext>;

  /** @throws VerifyError `dockerfile.invalid` for a `docker-image://` that is followed by no reference */
  constructor(options: readonly NamedContextOption[]) {
    this.#byKey = new Map(
      options.map(({ name, key, value }) => [key, { name, value, source: readSource(name, value), ...readName(name) }]),
    );
  }

  /**
   * The context that stands in for `name`, null for none.
   * @throws VerifyError `dockerfile.invalid`, without a place, where `name` is no reference
   */
  find(name: string, platform: Platform): NamedContext | null {
    const lower = name.toLowerCase();
    if (lower === 'scratch' || lower === 'context') return null;
    const reference = tryParse(name);
    if (reference === null) throw invalidDockerfile(`invalid context name ${name}: invalid reference format`);
    if (this.#byKey.size === 0) return null;
    const key = familiarName(reference);
    return this.#byKey.get(`${key}::${formatPlatform(platform)}`) ?? this.#byKey.get(key) ?? null;
  }

  /** Those whose content comes from no registry, whether an instruction uses them or not. */
  withoutImages(): readonly NamedContext[] {
    return [...this.#byKey.values()].filter(({ source }) => source.kind === 'content' || source.kind === 'target');
  }
}

function tryParse(text: string): Reference | null {
  try {
    return parseReference(text);
  } catch (error) {
    if (isVerifyError(error, 'reference.invalid')) return null;
    throw error;
  }
}

/** Takes a name apart: a bake file may put `::os/architecture` after it, and an IPv6 address has a `::` of its own. */
function readName(name: string): Pick<NamedContext, 'image' | 'qualified'> {
  const cut = name.lastIndexOf('::');
  const before = cut < 0 ? null : tryParse(name.slice(0, cut));
  const base = before === null ? name : name.slice(0, cut);
  const reference = before ?? tryParse(name);
  return {
    image: reference === null ? null : canonicalName(reference),
    qualified: /[:@]|^[^/]*[.:][^/]*\//.test(base) || reference?.registry === 'localhost',
  };
}

/**
 * Tells sources apart as buildx does (build/opt.go: loadInputs): only with their `//` are images and layouts such, and only `target:`
 * is a target; everything else is a folder, if it is no URL.
 */
function readSource(name: string, value: string): ContextSource {
  if (value.startsWith('target:')) return { kind: 'target' };
  if (!value.startsWith(imageScheme)) return { kind: 'content' };
  const image = value.slice(imageScheme.length);
  if (image === 'scratch') return { kind: 'nothing' };
  const reference = tryParse(image);
  if (reference === null) throw invalidDockerfile(`invalid image in the named context ${name}: ${image}`);
  return { kind: 'image', image: canonicalName(reference), written: image };
}
