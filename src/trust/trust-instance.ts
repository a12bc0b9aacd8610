import type { TrustedRootSource } from '../model/index.ts';

/** A Sigstore instance whose trusted root is handed out through TUF. */
export interface TrustInstance {
  /** The name of its files in the cache, and of its embedded TUF root: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** For people. */
  readonly source: string;
  /** The TUF repository, https, without a slash at its end. */
  readonly mirror: string;
  readonly thresholds: TrustedRootSource['thresholds'];
}

/** The public good instance. */
export const publicGoodInstance: TrustInstance = {
  name: 'public-good',
  source: 'sigstore public good',
  mirror: 'https://tuf-repo-cdn.sigstore.dev',
  thresholds: { log: 1, certificateTransparency: 1, timestamp: 1 },
};

/** GitHub's instance for private repositories: no log, no certificate transparency, timestamps alone. */
export const githubInstance: TrustInstance = {
  name: 'github',
  source: 'github',
  mirror: 'https://tuf-repo.github.com',
  thresholds: { log: 0, certificateTransparency: 0, timestamp: 1 },
};

/** The instances whose trusted roots come with the program. */
export const embeddedInstances: readonly TrustInstance[] = [publicGoodInstance, githubInstance];
