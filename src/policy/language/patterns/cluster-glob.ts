import { parseReference } from '../../../model/index.ts';
import { matchesGlob } from './glob.ts';

/** Why a glob is none for the admission controller, null where it is one. */
export function clusterGlobProblem(glob: string): string | null {
  return /^[a-zA-Z0-9-_:/*.@]+$/.test(glob) ? null : 'it holds a character that the admission controller refuses';
}

/** `*` and `*\/*` alone mean Docker Hub. */
function expanded(glob: string): string {
  if (glob === '*') return 'index.docker.io/library/*';
  return glob === '*/*' ? 'index.docker.io/*/*' : glob;
}

/**
 * Whether a ClusterImagePolicy's glob matches an image, as the admission controller decides it (policy-controller
 * pkg/apis/glob): on the full name, and failing that on the name as it is written.
 * @param written the image as the user wrote it, for instance `alpine` or `ghcr.io/acme/app@sha256:…`
 * @throws VerifyError `reference.invalid`
 */
export function matchesClusterGlob(glob: string, written: string): boolean {
  const pattern = expanded(glob);
  const full = controllerName(written);
  return matchesGlob(pattern, full) || (full !== written && matchesGlob(pattern, written));
}

/** The name as go-containerregistry prints it: with `index.docker.io`, and without the tag where there is a digest. */
function controllerName(written: string): string {
  const { registry, repository, tag, digest } = parseReference(written);
  const host = registry === 'docker.io' ? 'index.docker.io' : registry;
  return digest === null ? `${host}/${repository}:${tag ?? 'latest'}` : `${host}/${repository}@${digest}`;
}
