import type {
  CertificateMaterial,
  KeyMaterial,
  TrustedRootSource,
  VerificationMaterial,
} from '../../../model/index.ts';
import type { KeyFetch } from '../../language/compiled/policy-set.ts';

/** Gathers what signatures are tried against while policies are read, each piece once. */
export class MaterialCollector {
  readonly #keys = new Map<string, KeyMaterial>();
  readonly #certificates = new Map<string, CertificateMaterial>();
  readonly #roots = new Map<string, TrustedRootSource>();
  readonly #fetches = new Map<string, KeyFetch>();
  readonly #revocable = new Set<string>();
  #github = false;

  /** A key that a policy names is its own, though a publisher has it too. */
  addKey(key: KeyMaterial): void {
    const known = this.#keys.get(key.id);
    if (known === undefined || (known.isPublishers === true && key.isPublishers !== true)) this.#keys.set(key.id, key);
  }

  addCertificate(certificate: CertificateMaterial): void {
    this.#certificates.set(`${certificate.purpose} ${certificate.id}`, certificate);
  }

  /** The same root declared by two layers is kept for each: it counts from the earlier one on. */
  addTrustedRoot(root: TrustedRootSource): void {
    this.#roots.set(`${root.layer} ${root.id}`, root);
  }

  addFetch(fetch: KeyFetch): void {
    this.#fetches.set(`${fetch.url} ${fetch.sha256}`, fetch);
  }

  /** An authority whose certificates a signer wants not to be revoked. */
  addRevocable(authority: string): void {
    this.#revocable.add(authority);
  }

  revocable(): readonly string[] {
    return [...this.#revocable];
  }

  /** GitHub's own root comes with the program, and is only looked into where a signer rests on it. */
  addGithub(): void {
    this.#github = true;
  }

  namesGithub(): boolean {
    return this.#github;
  }

  /** Identifiers of the trusted roots gathered so far. */
  trustedRootIds(): readonly string[] {
    return [...new Set([...this.#roots.values()].map((root) => root.id))];
  }

  /** Identifiers of the timestamp authorities for Notation gathered so far. */
  timestampAuthorityIds(): readonly string[] {
    return [...this.#certificates.values()]
      .filter(({ purpose }) => purpose === 'notation-timestamp')
      .map(({ id }) => id);
  }

  material(): VerificationMaterial {
    return {
      keys: [...this.#keys.values()],
      certificates: [...this.#certificates.values()],
      trustedRoots: [...this.#roots.values()],
    };
  }

  fetches(): readonly KeyFetch[] {
    return [...this.#fetches.values()];
  }
}
