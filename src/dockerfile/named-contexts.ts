import {
  type CanonicalName,
  canonicalName,
  formatPlatform,
  isVerifyError,
  type Platform,
  parseReference,
  type Reference,
} from '../model/index.ts';
import { invalidDockerfile } from './invalid-dockerfile.ts';

/** What stands behind a named context: an image, something that is no image of a registry, or nothing that is pulled. */
type ContextSource =
  | { readonly kind: 'image'; readonly image: CanonicalName; readonly written: string }
  | { readonly kind: 'content' }
  | { readonly kind: 'internal' };

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

/** The named contexts of a build, found as BuildKit finds them (frontend/dockerui). */
export class NamedContexts {
  readonly #byKey = new Map<string, NamedContext>();

  /** @throws VerifyError `dockerfile.invalid` for a `docker-image://` that is followed by no reference */
  constructor(contexts: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(contexts)) {
      const [base = '', platform] = name.split('::', 2);
      const reference = tryParse(base);
      const key = reference === null ? base : familiarKey(reference);
      this.#byKey.set(platform === undefined ? key : `${key}::${platform}`, {
        name,
        value,
        source: readSource(name, value),
        image: reference === null ? null : canonicalName(reference),
        qualified: /[:@]/.test(base) || (reference !== null && reference.registry !== 'docker.io'),
      });
    }
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
    const key = familiarKey(reference);
    return this.#byKey.get(`${key}::${formatPlatform(platform)}`) ?? this.#byKey.get(key) ?? null;
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

/** The short form of a reference, without `:latest`. */
function familiarKey({ registry, repository, tag, digest }: Reference): string {
  const short = /^library\/[^/]+$/.test(repository) ? repository.slice('library/'.length) : repository;
  const name = registry === 'docker.io' ? short : `${registry}/${repository}`;
  const text = `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
  return text.replace(/:latest$/, '');
}

function readSource(name: string, value: string): ContextSource {
  if (/^(?:target|input|service):/.test(value)) return { kind: 'internal' };
  const image = /^docker-image:(?:\/\/)?(.*)$/s.exec(value)?.[1];
  if (image === undefined) return { kind: 'content' };
  if (image === 'scratch') return { kind: 'internal' };
  const reference = tryParse(image);
  if (reference === null) throw invalidDockerfile(`invalid image in the named context ${name}: ${image}`);
  return { kind: 'image', image: canonicalName(reference), written: image };
}
