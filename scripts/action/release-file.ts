import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { ActionError } from './inputs.ts';

const patience = 10 * 60_000;

/** The name under which a release has the executable for a platform; null for one that there is none for. */
export function releaseFileName(version: string, platform: string, arch: string): string | null {
  const systems: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'win' };
  const system = systems[platform];
  if (system === undefined || !['x64', 'arm64'].includes(arch) || (system === 'win' && arch !== 'x64')) return null;
  return `docker-verify-${version}-${system}-${arch}${system === 'win' ? '.exe' : ''}`;
}

/**
 * The SHA-256 that the workflow pins for a file: the only one it gives, or the line of a list as `sha256sum` writes it. Null where nothing is pinned.
 * @throws ActionError for a list without that file, and for what is no SHA-256
 */
export function pinnedDigest(pins: readonly string[], name: string): string | null {
  if (pins.length === 0) return null;
  const [only = ''] = pins;
  if (pins.length === 1 && /^[0-9a-f]{64}$/i.test(only)) return only.toLowerCase();
  const entries = pins.map((line) => /^([0-9a-f]{64})[ \t]+\*?(\S+)$/i.exec(line));
  if (entries.includes(null))
    throw new ActionError('sha256: write one SHA-256 in hexadecimal, or lines of a SHA-256 and a file name');
  const found = entries.filter((entry) => entry?.[2] === name);
  if (found.length !== 1) throw new ActionError(`sha256: ${name} stands in ${found.length} lines, and should in one`);
  return (found[0]?.[1] ?? '').toLowerCase();
}

/**
 * Downloads a file of at most `most` bytes, without a token. It is not to be run before it is proven.
 * @returns its SHA-256
 * @throws ActionError where it cannot be had
 */
export async function download(address: string, file: string, most: number): Promise<string> {
  const url = new URL(address);
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !isHere) throw new ActionError(`${address}: only https is asked for a release`);
  const response = await fetch(url, { signal: AbortSignal.timeout(patience) }).catch((cause: unknown) => {
    throw new ActionError(`${address}: no answer`, { cause });
  });
  if (!response.ok || response.body === null) throw new ActionError(`${address}: ${response.status}`);
  const hash = createHash('sha256');
  const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > most) {
      stream.destroy();
      throw new ActionError(`${address}: longer than ${most} bytes`);
    }
    hash.update(chunk);
    if (!stream.write(chunk)) await new Promise<void>((resolve) => stream.once('drain', () => resolve()));
  }
  stream.end();
  await finished(stream);
  return hash.digest('hex');
}
