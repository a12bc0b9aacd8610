import type { BuildContents, ContainedPackage } from '../../model/index.ts';

/** What is in the image, as far as is known: its own list, else that of the base. */
export function runtimePackages({ result, images }: BuildContents): readonly ContainedPackage[] {
  if (result.isKnown) return result.packages;
  return images.filter(({ role }) => role === 'runtime-base').flatMap(({ packages }) => packages);
}

/** What build stages alone used. */
export function stagePackages({ images }: BuildContents): readonly ContainedPackage[] {
  return images.filter(({ role }) => role === 'build-stage').flatMap(({ packages }) => packages);
}
