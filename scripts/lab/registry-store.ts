import { createHash } from 'node:crypto';

/** What a referrers listing says of one manifest (OCI distribution 1.1, section "Listing Referrers"). */
export interface ReferrerDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

interface Repository {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly referrers: Map<string, ReferrerDescriptor[]>;
}

/** The fields of a manifest that a registry reads. */
interface ManifestFields {
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly config?: { readonly mediaType?: string };
  readonly subject?: { readonly digest?: string };
}

/** `sha256:…` of some bytes. */
export function sha256Digest(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What a test registry holds, in memory. Several registries may share one store. */
export class RegistryStore {
  readonly #blobs = new Map<string, Buffer>();
  readonly #repositories = new Map<string, Repository>();

  /** Names, sorted. */
  repositories(): string[] {
    return [...this.#repositories.keys()].toSorted();
  }

  blob(digest: string): Buffer | undefined {
    return this.#blobs.get(digest);
  }

  /** Blobs belong to all repositories. Answers the digest. */
  putBlob(bytes: Uint8Array | string): string {
    const digest = sha256Digest(bytes);
    this.#blobs.set(digest, Buffer.from(bytes));
    return digest;
  }

  /** By tag or digest. */
  manifest(name: string, reference: string): (StoredManifest & { digest: string }) | undefined {
    const repository = this.#repositories.get(name);
    const digest = reference.includes(':') ? reference : repository?.tags.get(reference);
    const found = digest === undefined ? undefined : repository?.manifests.get(digest);
    return found === undefined || digest === undefined ? undefined : { ...found, digest };
  }

  /** Stores a manifest, by digest and under `tag` unless that is null, and lists it with its subject's referrers. */
  putManifest(
    name: string,
    tag: string | null,
    mediaType: string,
    content: Uint8Array | string,
  ): { digest: string; subject: string | null } {
    const bytes = Buffer.from(content);
    const repository = this.#open(name);
    const digest = sha256Digest(bytes);
    const fields: ManifestFields = JSON.parse(bytes.toString('utf8'));
    const subject = fields.subject?.digest ?? null;
    if (subject !== null && !repository.manifests.has(digest)) {
      const artifactType = fields.artifactType ?? fields.config?.mediaType;
      const descriptor: ReferrerDescriptor = {
        mediaType,
        digest,
        size: bytes.length,
        ...(artifactType === undefined ? {} : { artifactType }),
        ...(fields.annotations === undefined ? {} : { annotations: fields.annotations }),
      };
      repository.referrers.set(subject, [...(repository.referrers.get(subject) ?? []), descriptor]);
    }
    repository.manifests.set(digest, { mediaType, bytes });
    if (tag !== null) {
      repository.tags.set(tag, digest);
    }
    return { digest, subject };
  }

  /** Removes a tag, or a manifest with all its tags. Answers whether there was one. */
  remove(name: string, reference: string): boolean {
    const repository = this.#repositories.get(name);
    if (repository === undefined || !reference.includes(':')) {
      return repository?.tags.delete(reference) ?? false;
    }
    for (const [tag, digest] of repository.tags) {
      if (digest === reference) {
        repository.tags.delete(tag);
      }
    }
    for (const [subject, listed] of repository.referrers) {
      repository.referrers.set(
        subject,
        listed.filter(({ digest }) => digest !== reference),
      );
    }
    return repository.manifests.delete(reference);
  }

  /** Sorted, null for a repository that is not there. */
  tags(name: string): string[] | null {
    const repository = this.#repositories.get(name);
    return repository === undefined ? null : [...repository.tags.keys()].toSorted();
  }

  referrers(name: string, subject: string): readonly ReferrerDescriptor[] {
    return this.#repositories.get(name)?.referrers.get(subject) ?? [];
  }

  /** Those of every subject. */
  allReferrers(name: string): readonly ReferrerDescriptor[] {
    return [...(this.#repositories.get(name)?.referrers.values() ?? [])].flat();
  }

  #open(name: string): Repository {
    const repository = this.#repositories.get(name) ?? { manifests: new Map(), tags: new Map(), referrers: new Map() };
    this.#repositories.set(name, repository);
    return repository;
  }
}
