import type { BuildContents, ContainedPackage } from '../../model/index.ts';
import { imageUrl } from '../text/image-url.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { projectAddress } from '../text/project-address.ts';
import type { Shown } from '../text/visible.ts';
import { runtimePackages, stagePackages } from './build-packages.ts';

/** What GitHub asks of a snapshot beside what a record holds. */
export interface SnapshotFacts {
  readonly tool: string;
  /** The commit, 40 to 64 characters. */
  readonly sha: string;
  /** `refs/heads/…` or `refs/tags/…` */
  readonly ref: string;
  /** Of the run that submits it. */
  readonly job: string;
  /** Snapshots of one correlator replace each other. */
  readonly correlator: string;
}

interface Dependency {
  readonly package_url: string;
  readonly relationship: 'direct' | 'indirect';
  readonly scope: 'runtime' | 'development';
}

function dependenciesOf(packages: readonly ContainedPackage[], scope: Dependency['scope']): readonly Dependency[] {
  return packages.flatMap(({ purl, fromBase }) =>
    purl === null
      ? []
      : [{ package_url: purl, relationship: fromBase === false ? ('direct' as const) : ('indirect' as const), scope }],
  );
}

/** Packages in the image, images that it was made of, and what build stages alone used: what is in the image counts first. */
function resolved(contents: BuildContents): Readonly<Record<string, Dependency>> {
  const used = contents.images.flatMap(({ role, name, digest }): readonly Dependency[] => {
    const url = imageUrl(name, digest);
    const scope = role === 'runtime-base' ? 'runtime' : 'development';
    return url === null ? [] : [{ package_url: url, relationship: 'direct', scope }];
  });
  const all = [
    ...dependenciesOf(stagePackages(contents), 'development'),
    ...dependenciesOf(runtimePackages(contents), 'runtime'),
    ...used,
  ];
  return Object.fromEntries(all.map((dependency) => [dependency.package_url, dependency]));
}

/** The path of the Dockerfile in its repository; null where it is not known. */
function locationOf({ record: { context, dockerfile } }: BuildContents): string | null {
  const { path } = dockerfile;
  if (path === null || path.startsWith('..') || context.subdirectory === null) return null;
  return [context.subdirectory, path].filter((part) => part !== '').join('/');
}

/** A build as GitHub's dependency snapshot (REST API, "Create a snapshot of dependencies for a repository"). */
export function renderSnapshot(contents: BuildContents, { tool, sha, ref, job, correlator }: SnapshotFacts): Shown {
  const { record, result } = contents;
  const name = result.name ?? record.target;
  const location = locationOf(contents);
  return renderJsonDocument({
    version: 0,
    sha,
    ref,
    job: { id: job, correlator },
    detector: { name: 'docker-verify', version: tool, url: projectAddress },
    scanned: record.time,
    metadata: { record: record.id, complete: result.isKnown },
    manifests: {
      [name]: {
        name,
        ...(location === null ? {} : { file: { source_location: location } }),
        metadata: { digest: result.digest ?? '' },
        resolved: resolved(contents),
      },
    },
  });
}
