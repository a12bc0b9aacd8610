import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, pinned } from './images.ts';
import { mustRun, type RunningLab } from './running-lab.ts';
import { attest, type SignOptions } from './signing.ts';

export interface BuildOptions {
  /** What BuildKit writes into the index: nothing where nothing is said. */
  readonly provenance?: 'mode=min' | 'mode=max' | 'mode=max,version=v1' | 'false';
  readonly platforms?: readonly string[];
  /** In buildx's form, for instance `index:org.opencontainers.image.base.name=…`. */
  readonly annotations?: readonly string[];
  /** Further fields of its one output: a second output of the same name would be pushed at the same time, and either may win. */
  readonly output?: readonly string[];
}

/**
 * Builds a Dockerfile with real buildx on the engine that keeps provenance, and pushes it. Its context holds `word`, whose content
 * is unlike any other. Answers the digest.
 */
export async function buildLinked(
  lab: RunningLab,
  reference: string,
  dockerfile: string,
  options: BuildOptions = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-linked-'));
  try {
    await writeFile(join(folder, 'Dockerfile'), dockerfile);
    await writeFile(join(folder, 'word'), `${reference} ${Math.random()}\n`);
    const provenance = options.provenance ?? 'false';
    const attestation = provenance === 'false' ? '--provenance=false' : `--attest=type=provenance,${provenance}`;
    const platforms = options.platforms ?? ['linux/amd64'];
    const parameters = [
      'buildx',
      'build',
      '--quiet',
      '--pull',
      attestation,
      '--platform',
      platforms.join(','),
      '--output',
      [`type=image,name=${reference},push=true,oci-mediatypes=true`, ...(options.output ?? [])].join(','),
      ...(options.annotations ?? []).flatMap((annotation) => ['--annotation', annotation]),
    ];
    await mustRun(lab, lab.docker, [...parameters, folder], {
      env: { DOCKER_HOST: lab.secondDockerHost ?? lab.dockerHost },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  return digestOf(lab, reference);
}

/** The fields of a manifest or an index that are looked at here. */
interface Manifest {
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly os: string; readonly architecture: string };
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
  readonly layers?: readonly { readonly digest: string; readonly annotations?: Readonly<Record<string, string>> }[];
}

async function manifestOf(lab: RunningLab, reference: string): Promise<Manifest> {
  // what a registry serves as a manifest has this shape
  return JSON.parse(await mustRun(lab, lab.crane, ['manifest', '--insecure', reference])) as Manifest;
}

function repositoryOf(reference: string): string {
  return reference.replace(/[:@][^/]*$/, '');
}

/** `repository@digest` of the manifest for a platform, and of BuildKit's attestation manifest about it, null where there is none. */
export async function childrenOf(
  lab: RunningLab,
  reference: string,
  platform = 'linux/amd64',
): Promise<{ readonly image: string; readonly attestations: string | null }> {
  const { manifests = [] } = await manifestOf(lab, reference);
  const image = manifests.find((entry) => `${entry.platform?.os}/${entry.platform?.architecture}` === platform);
  if (image === undefined) return { image: await pinned(lab, reference), attestations: null };
  const about = manifests.find((entry) => entry.annotations?.['vnd.docker.reference.digest'] === image.digest);
  const at = (digest: string): string => `${repositoryOf(reference)}@${digest}`;
  return { image: at(image.digest), attestations: about === undefined ? null : at(about.digest) };
}

/** BuildKit's own provenance of an image, out of its index. Throws where it has none. */
export async function provenanceOf(
  lab: RunningLab,
  reference: string,
): Promise<{ readonly predicateType: string; readonly predicate: unknown }> {
  const { attestations } = await childrenOf(lab, reference);
  if (attestations === null) throw new Error(`${reference} was built without provenance`);
  const { layers = [] } = await manifestOf(lab, attestations);
  const layer = layers.find(({ annotations }) =>
    annotations?.['in-toto.io/predicate-type']?.startsWith('https://slsa.dev/provenance/'),
  );
  const text = await mustRun(lab, lab.crane, ['blob', '--insecure', `${repositoryOf(reference)}@${layer?.digest}`]);
  return JSON.parse(text);
}

/** Builds like `buildLinked`, takes the provenance out of the index, and lets real cosign attest it. Answers the digest. */
export async function buildAttested(
  lab: RunningLab,
  reference: string,
  dockerfile: string,
  options: BuildOptions & SignOptions,
): Promise<string> {
  const scratchpad = `${repositoryOf(reference)}-recorded:1`;
  const provenance = options.provenance ?? 'mode=max';
  await buildLinked(lab, scratchpad, dockerfile, { ...options, provenance });
  const { predicateType, predicate } = await provenanceOf(lab, scratchpad);
  const { image } = await childrenOf(lab, scratchpad);
  await mustRun(lab, lab.crane, ['copy', '--insecure', image, reference]);
  await attest(lab, reference, { type: predicateType, content: predicate }, options);
  return digestOf(lab, reference);
}

/** Puts the annotations of the OCI image specification that name a base onto a manifest, with real crane. Answers the new digest. */
export async function annotateBase(
  lab: RunningLab,
  reference: string,
  base: { readonly name: string; readonly digest?: string },
): Promise<string> {
  const values = {
    'org.opencontainers.image.base.name': base.name,
    ...(base.digest === undefined ? {} : { 'org.opencontainers.image.base.digest': base.digest }),
  };
  const annotations = Object.entries(values).flatMap(([name, value]) => ['--annotation', `${name}=${value}`]);
  await mustRun(lab, lab.crane, ['mutate', '--insecure', ...annotations, '--tag', reference, reference]);
  return digestOf(lab, reference);
}

/** SLSA v1 provenance, in the form of BuildKit's, that claims these images as inputs. */
export function claimedProvenance(bases: readonly { readonly name: string; readonly digest: string }[]): {
  readonly type: string;
  readonly content: unknown;
} {
  const dependencies = bases.map(({ name, digest }) => ({
    uri: `pkg:docker/${name.replace(/:([^:/]+)$/, '@$1')}?platform=linux%2Famd64`,
    digest: { sha256: digest.replace('sha256:', '') },
  }));
  return {
    type: 'https://slsa.dev/provenance/v1',
    content: {
      buildDefinition: {
        buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
        externalParameters: { request: { frontend: 'dockerfile.v0', args: {} } },
        resolvedDependencies: dependencies,
      },
      runDetails: { builder: { id: '' } },
    },
  };
}
