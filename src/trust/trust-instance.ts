import type { TrustedRootSource } from '../model/index.ts';

/** A Sigstore instance whose trusted root is handed out through TUF. */
export interface TrustInstance {
  /** The name of its files in the cache: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** For people. */
  readonly source: string;
  /** The TUF repository, https. */
  readonly mirror: string;
  /** Absolute path of the TUF root to start from; null where one comes with the program. */
  readonly tufRoot: string | null;
  readonly thresholds: TrustedRootSource['thresholds'];
}

/** The public good instance. */
export const publicGoodInstance: TrustInstance = {
  name: 'public-good',
  source: 'sigstore public good',
  mirror: 'https://tuf-repo-cdn.sigstore.dev',
  tufRoot: null,
  thresholds: { log: 1, certificateTransparency: 1, timestamp: 1 },
};

/**
 * GitHub's instance for private repositories: no log, no certificate transparency, timestamps alone.
 * `tufRoot` is GitHub's own root.json: none comes with the program.
 */
export function githubInstance(tufRoot: string): TrustInstance {
  return {
    name: 'github',
    source: 'github',
    mirror: 'https://tuf-repo.github.com',
    tufRoot,
    thresholds: { log: 0, certificateTransparency: 0, timestamp: 1 },
  };
}
