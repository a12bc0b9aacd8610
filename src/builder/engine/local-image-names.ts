import { get, type IncomingMessage } from 'node:http';
import { parseBoundedJson, recordsOf, textsOf } from '../../model/index.ts';
import type { DockerEndpoint } from './docker-context.ts';

const largestAnswer = 16 * 1024 * 1024; // bytes

async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > largestAnswer) throw new Error('the engine lists more images than anybody could choose from');
    parts.push(part);
  }
  return parseBoundedJson(Buffer.concat(parts).toString('utf8'));
}

/**
 * The names of an engine's images as it shows them, asked over its socket: an engine that has none, since it is elsewhere, is not asked.
 * Not through the library that everything else goes through, which takes longer to load than the whole answer may take.
 * @param timeout in milliseconds, of the whole answer
 * @throws Error where there is no answer in time
 */
export async function localImageNames({ host }: DockerEndpoint, timeout: number): Promise<readonly string[]> {
  const [, socketPath] = /^(?:unix|npipe):\/\/(.+)$/.exec(host) ?? [];
  if (socketPath === undefined) return [];
  const answer = await new Promise<unknown>((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout);
    const request = get({ socketPath, path: '/images/json', headers: { host: 'docker' }, agent: false, signal });
    request.on('error', reject);
    request.on('response', (response) => {
      readAnswer(response).then(resolve, reject);
    });
  });
  return recordsOf(answer)
    .flatMap((image) => textsOf(image['RepoTags']))
    .filter((name) => !name.includes('<none>'));
}
