import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createTarDecoder } from 'modern-tar';
import { type Environment, makeFolder, runBounded, VerifyError } from '../../model/index.ts';
import { lastWords } from '../programs/buildx-command.ts';
import { type Programs, startingFolder } from '../programs/programs.ts';

/** For one image, milliseconds: it may be large. */
const saveTimeout = 10 * 60_000;
/** What it prints is read for its last line alone. */
const largestOutput = 1024 * 1024;

async function askDocker(programs: Programs, environment: Environment, args: readonly string[]): Promise<void> {
  const { docker, cancelled } = programs;
  if (docker === null) throw new VerifyError('builder.unavailable', 'this machine has no docker');
  const end = await runBounded({
    program: docker,
    args: [...environment.dockerFlags, ...args],
    folder: startingFolder(environment),
    variables: environment.variables,
    limit: largestOutput,
    errorLimit: largestOutput,
    timeout: saveTimeout,
    signal: cancelled,
  });
  if (end.kind === 'ended' && end.status === 0) return;
  if (end.kind === 'stopped' && end.by === 'signal') throw new VerifyError('cancelled', 'cancelled');
  const reason =
    end.kind === 'ended' ? lastWords(end.stderr) : end.kind === 'unstarted' ? end.cause.message : 'it was ended';
  const found = end.kind === 'unstarted' ? { cause: end.cause } : {};
  throw new VerifyError('builder.unavailable', `docker ${args.slice(0, 2).join(' ')}: ${reason}`, found);
}

/** Nothing but what an OCI layout holds, so that no entry can lead elsewhere. */
const layoutEntry = /^(?:index\.json|oci-layout|blobs\/[a-z0-9]+\/[a-f0-9]{32,128})$/;

async function unpackLayout(archive: string, folder: string): Promise<void> {
  const bytes = Readable.toWeb(createReadStream(archive)) as ReadableStream<Uint8Array>; // the same stream, under Node's own name
  for await (const { header, body } of bytes.pipeThrough(createTarDecoder({ strict: true }))) {
    if (header.type !== 'file' || !layoutEntry.test(header.name)) {
      await body.cancel();
      continue;
    }
    const file = join(folder, header.name);
    await makeFolder(dirname(file));
    await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), createWriteStream(file, { flags: 'wx' }));
  }
}

/**
 * Lays an image of the engine's store out as an OCI layout (engines from 25 on save it as one).
 * @param image its ID or digest
 * @param folder private and empty
 * @throws VerifyError `builder.unavailable`, `cancelled`
 */
export async function saveImage(
  programs: Programs,
  environment: Environment,
  image: string,
  folder: string,
): Promise<void> {
  const archive = join(folder, 'image.tar');
  await askDocker(programs, environment, ['image', 'save', '--output', archive, image]);
  await unpackLayout(archive, folder);
  await rm(archive, { force: true });
}

/** Removes an image that nothing names and nothing uses; one that is used stays. */
export async function removeUnnamedImage(programs: Programs, environment: Environment, image: string): Promise<void> {
  await askDocker(programs, environment, ['image', 'rm', image]).catch(() => undefined);
}
