import { packTar } from 'modern-tar';
import { type Pushed, pushBlob, pushManifestText } from './raw-registry.ts';

/** An image whose file `/marker` tells which it is. */
export interface PoolImage extends Pushed {
  readonly marker: string;
  /** The platform in its configuration. */
  readonly platform: Readonly<Record<string, string>>;
}

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';

const platforms: readonly Readonly<Record<string, string>>[] = [
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'amd64', variant: 'v2' },
  { os: 'linux', architecture: 'arm64' },
  { os: 'linux', architecture: 'arm64', variant: 'v8' },
  { os: 'linux', architecture: 'arm64', variant: 'v8.2' },
  { os: 'linux', architecture: 'arm', variant: 'v7' },
  { os: 'linux', architecture: 'arm', variant: 'v6' },
  { os: 'linux', architecture: 'arm' },
  { os: 'linux', architecture: '386' },
  { os: 'linux', architecture: 'riscv64' },
  { os: 'windows', architecture: 'amd64' },
  { os: 'unknown', architecture: 'unknown' },
  { architecture: 'amd64' },
  { os: 'LINUX', architecture: 'X86_64' },
  { os: 'linux' },
  {},
];

/** Pushes an image of one layer, which holds the marker. */
export async function pushMarked(
  registry: string,
  repository: string,
  marker: string,
  platform: Readonly<Record<string, string>>,
  isDocker = false,
): Promise<PoolImage> {
  const name = { name: 'marker', size: Buffer.byteLength(marker), mode: 0o644, mtime: new Date(0) };
  const tar = await packTar([{ header: name, body: marker }]);
  const types = isDocker
    ? ['application/vnd.docker.image.rootfs.diff.tar', 'application/vnd.docker.container.image.v1+json']
    : ['application/vnd.oci.image.layer.v1.tar', 'application/vnd.oci.image.config.v1+json'];
  const layer = await pushBlob(registry, repository, tar, types[0] ?? '');
  const configuration = { ...platform, config: {}, rootfs: { type: 'layers', diff_ids: [layer.digest] } };
  const config = await pushBlob(registry, repository, JSON.stringify(configuration), types[1] ?? '');
  const mediaType = isDocker ? dockerManifest : ociManifest;
  const text = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] });
  const pushed = await pushManifestText(registry, repository, text, mediaType);
  if (pushed === null) throw new Error(`the registry refuses ${text}`);
  return { ...pushed, marker, platform };
}

/** Pushes one image for each platform, every third in Docker's own media types. */
export async function pushPool(registry: string, repository: string): Promise<readonly PoolImage[]> {
  return Promise.all(
    platforms.map((platform, index) => pushMarked(registry, repository, `image ${index}`, platform, index % 3 === 2)),
  );
}
