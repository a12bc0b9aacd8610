import type { Readable } from 'node:stream';
import { type KeptInput, keepInput } from '../builder/index.ts';
import type { Environment } from '../model/index.ts';

/** Standard input, read at the first question and kept, so that it can be looked at here and still reach the build. */
export interface StandardInput {
  kept(): Promise<KeptInput>;
  /** Removes what was kept. To be called in every case. */
  dispose(): Promise<void>;
}

/** Nothing is read from `stream` before it is asked for: most builds leave it alone. */
export function standardInput(stream: Readable, environment: Environment): StandardInput {
  let kept: Promise<KeptInput> | null = null;
  return {
    kept: () => {
      kept ??= keepInput(stream, environment);
      return kept;
    },
    dispose: async () => (await kept?.catch(() => null))?.dispose(),
  };
}

const archiveMarks: readonly (readonly [offset: number, bytes: Buffer])[] = [
  [0, Buffer.from([0x1f, 0x8b])], // gzip
  [0, Buffer.from('BZh')],
  [0, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])], // xz
  [0, Buffer.from([0x28, 0xb5, 0x2f, 0xfd])], // zstd
  [257, Buffer.from('ustar')],
];

/**
 * Whether what `docker build -` was given is an archive and so a context, rather than a Dockerfile: by its first bytes,
 * as buildx does (buildx, build/opt.go: `isArchive`).
 */
export function isArchive(head: Buffer): boolean {
  return archiveMarks.some(([offset, mark]) => head.subarray(offset, offset + mark.length).equals(mark));
}
