import type { Digest, RecordedImage } from '../../../src/model/index.ts';
import { addToImageNote, type NotedSbom, openBlobStore } from '../../../src/records/index.ts';
import { digestFor, image } from './support.ts';

export const amd64 = 'linux/amd64';
export const arm64 = 'linux/arm64';

function platformOf(name: string, platform: string): Digest {
  return digestFor(`${name} ${platform}`);
}

/** What was looked up of an image. */
export interface Known {
  /** From the bottom, by platform. */
  readonly layers?: Readonly<Record<string, readonly string[]>>;
  /** By platform, or by `whole` for one about the image. */
  readonly sboms?: Readonly<Record<string, string>>;
  readonly trust?: NotedSbom['trust'];
  readonly problem?: string;
  /** As the engine has them. */
  readonly stored?: readonly string[];
  readonly faults?: readonly string[];
}

/** Notes what was looked up of an image. */
export async function know(folder: string, name: string, known: Known): Promise<void> {
  const { layers = {}, sboms = {}, trust = 'signed', problem = null, faults = [], stored } = known;
  const blobs = openBlobStore(folder);
  const noted = Object.entries(sboms).map(async ([platform, text]) => ({
    digest: await blobs.write(Buffer.from(text)),
    subject: platform === 'whole' ? digestFor(name) : platformOf(name, platform),
    trust,
    signer: null,
  }));
  await addToImageNote(folder, {
    schemaVersion: 1,
    digest: digestFor(name),
    time: '2026-01-01T00:00:00Z',
    sboms: await Promise.all(noted),
    layers: Object.fromEntries(Object.entries(layers).map(([platform, list]) => [platformOf(name, platform), list])),
    faults,
    ...(stored === undefined ? {} : { stored }),
    problem,
  });
}

/** An image that a build uses for these platforms. */
export function used(
  name: string,
  platforms: readonly string[] = [amd64],
  role: RecordedImage['role'] = 'runtime-base',
): RecordedImage {
  const built = platforms.map((platform) => ({ platform, digest: platformOf(name, platform) }));
  return { ...image(name, role), platforms: built };
}
