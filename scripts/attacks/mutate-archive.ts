import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import type { Random } from '../oracle/seeded-random.ts';
import { mutateBytes } from './mutate-bytes.ts';

const names = [
  'Dockerfile',
  'Dockerfile',
  'Dockerfile',
  './Dockerfile',
  '/Dockerfile',
  'dockerfile',
  'a/../Dockerfile',
  'Dockerfile/',
  'Other',
  'Dockerfile ',
  'a/Dockerfile',
] as const;
const block = 512;
type Field = readonly [start: number, length: number];
/** Where the fields of a header stand, and how long they are (POSIX.1-1988, ustar). */
const headerFields: readonly [Field, ...Field[]] = [
  [0, 100],
  [100, 8],
  [124, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
];
const typeFlags = ['0', '\0', '1', '2', '5', '7', 'x', 'g', 'L', 'K', 'S', 'D'] as const;

function randomEntry(random: Random, files: readonly [string, ...string[]]): TarEntry {
  const name = random.pick(names);
  const kind = random.number(12);
  if (kind === 0) return { header: { name, type: 'symlink', linkname: random.pick(names), size: 0 } };
  if (kind === 1) return { header: { name, type: 'link', linkname: random.pick(names), size: 0 } };
  if (kind === 2) return { header: { name, type: 'directory', size: 0 } };
  const body = random.pick(files);
  const pax = random.chance(15)
    ? {
        pax: {
          [random.pick(['path', 'size', 'linkpath', 'GNU.sparse.name'] as const)]: random.pick([
            ...names,
            '10',
          ] as const),
        },
      }
    : {};
  return { header: { name, size: Buffer.byteLength(body), mode: 0o644, mtime: new Date(0), ...pax }, body };
}

function repair(archive: Buffer, at: number): void {
  archive.fill(' ', at + 148, at + 156);
  const sum = archive.subarray(at, at + block).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
}

/** Changes a field of one header, and mostly mends its checksum. */
function mutateHeader(random: Random, archive: Buffer): void {
  const headers = Array.from({ length: Math.floor(archive.length / block) }, (_, place) => place * block).filter(
    (at) => archive.toString('latin1', at + 257, at + 262) === 'ustar',
  );
  const at = headers[random.number(headers.length || 1)];
  if (at === undefined) return;
  const [start, length] = random.pick(headerFields);
  if (start === 156) archive.write(random.pick(typeFlags), at + start, 'latin1');
  else if (start === 124)
    archive.write(
      random.chance(50) ? `${random.number(2000).toString(8).padStart(11, '0')}\0` : '-0000000010\0',
      at + start,
      'latin1',
    );
  else if (random.chance(50)) archive.write(`${random.pick(names)}\0`.slice(0, length), at + start, 'latin1');
  else archive[at + start + random.number(length)] = random.number(256);
  if (random.chance(85)) repair(archive, at);
}

/** An archive as an attacker may send it for a context: several files of one name, links, headers that two readers read in two ways. */
export async function randomArchive(random: Random, files: readonly [string, ...string[]]): Promise<Buffer> {
  const entries = Array.from({ length: 1 + random.number(5) }, () => randomEntry(random, files));
  let archive: Buffer = Buffer.from(await packTar(entries));
  for (let count = random.number(3); count > 0; count -= 1) mutateHeader(random, archive);
  if (random.chance(15)) {
    const more = Buffer.from(await packTar([randomEntry(random, files)]));
    archive = Buffer.concat(
      random.chance(50) ? [archive, more] : [archive.subarray(0, archive.length - 2 * block), more],
    );
  }
  if (random.chance(12))
    archive = mutateBytes(random, archive, Buffer.from(await packTar([randomEntry(random, files)])));
  if (!random.chance(25)) return archive;
  const cut = random.number(archive.length);
  return random.chance(70)
    ? gzipSync(archive)
    : Buffer.concat([gzipSync(archive.subarray(0, cut)), gzipSync(archive.subarray(cut))]);
}
