import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { keepInput } from '../../../src/builder/index.ts';
import { archiveForm, archiveHeadSize, readArchivedDockerfile, Unread } from '../../../src/context/index.ts';
import { VerifyError } from '../../../src/model/index.ts';
import { paxRecord, type TestEntry, tar, tarEntry } from '../../unit/context/tar.ts';
import { environmentOf } from '../../unit/invocation/environment.ts';
import { unguarded } from '../no-way-around/project.ts';
import { serveFile } from '../no-way-around/remote-context.ts';
import { lab, temporaryFolder } from '../support/lab.ts';

const D = 'Dockerfile';
/** A Dockerfile that tells which one it is. */
const marked = (mark: string): string => `FROM scratch\nCOPY <<"EOF" /which\n${mark}\nEOF\n`;
const file = (name: string, mark: string): TestEntry => ({ name, body: marked(mark) });
const long = `${'long/'.repeat(30)}Dockerfile`;

interface Shape {
  readonly archive: Buffer;
  readonly file?: string;
  /** Whether only the builder knows what is in it. */
  readonly left?: boolean;
}

const shapes: Readonly<Record<string, Shape>> = {
  'a file': { archive: tar(file(D, 'x')) },
  'a name that begins with ./': { archive: tar({ name: './', kind: '5' }, file('./Dockerfile', 'x')) },
  'an absolute name': { archive: tar(file('/Dockerfile', 'x')) },
  'what comes last of a name': { archive: tar(file(D, 'first'), file('./Dockerfile', 'last')) },
  'a lower-case name': { archive: tar(file('dockerfile', 'lower')) },
  'both cases': { archive: tar(file('dockerfile', 'lower'), file(D, 'upper')) },
  'a file in place of a folder': { archive: tar(file('Dockerfile/x', 'x'), file(D, 'file')) },
  'a folder in place of a file': { archive: tar(file(D, 'x'), { name: D, kind: '5' }, file('dockerfile', 'lower')) },
  'a folder twice': { archive: tar({ name: 'a', kind: '5' }, file('a/x', 'x'), { name: 'a', kind: '5' }), file: 'a/x' },
  'a link before its target': { archive: tar({ name: D, kind: '2', target: 'a/x' }, file('a/x', 'x')) },
  'a link from the root': { archive: tar({ name: D, kind: '2', target: '/a/x' }, file('a/x', 'x')) },
  'a link that is replaced': { archive: tar({ name: D, kind: '2', target: 'x' }, file('x', 'x'), file(D, 'own')) },
  'a linked folder': { archive: tar(file('a/x', 'x'), { name: 'b', kind: '2', target: 'a' }), file: 'b/x' },
  'links that go round': { archive: tar({ name: D, kind: '2', target: 'x' }, { name: 'x', kind: '2', target: D }) },
  'a hard link': { archive: tar(file('x', 'x'), { name: D, kind: '1', target: 'x' }) },
  'a hard link to what is replaced later': {
    archive: tar(file('x', 'old'), { name: D, kind: '1', target: 'x' }, file('x', 'new')),
  },
  'a hard link to a link': {
    archive: tar(file('x', 'x'), { name: 'l', kind: '2', target: 'x' }, { name: D, kind: '1', target: 'l' }),
  },
  'a hard link to nothing': { left: true, archive: tar({ name: D, kind: '1', target: 'gone' }) },
  'an entry beneath a link': {
    left: true,
    archive: tar(file('a/x', 'x'), { name: 'b', kind: '2', target: 'a' }, file('b/x', 'y')),
    file: 'a/x',
  },
  'an entry beneath a file': {
    left: true,
    archive: tar({ name: 'a', body: '' }, { name: 'a/b', body: '' }, file(D, 'x')),
  },
  'a name that leads out': { left: true, archive: tar(file(D, 'x'), file('../Dockerfile', 'out')) },
  'a name that leads out and back': { archive: tar(file('a/../Dockerfile', 'x')) },
  'a long name, first': {
    archive: tar({ name: '././@LongLink', kind: 'L', body: `${long}\0` }, file('short', 'x')),
    file: long,
  },
  'a long name, later': {
    archive: tar(file('y', 'y'), { name: '././@LongLink', kind: 'L', body: `${long}\0` }, file('short', 'x')),
    file: long,
  },
  'a long target': {
    archive: tar(
      file(long, 'x'),
      { name: '././@LongLink', kind: 'K', body: `${long}\0` },
      { name: D, kind: '2', target: 'short' },
    ),
  },
  'a name by attributes, later': {
    archive: tar(file('y', 'y'), { name: 'p', kind: 'x', body: paxRecord('path', D) }, file('short', 'x')),
  },
  'a target by attributes': {
    archive: tar(
      file('a', 'a'),
      { name: 'p', kind: 'x', body: paxRecord('linkpath', 'a') },
      { name: D, kind: '2', target: 'b' },
    ),
  },
  'attributes of all': { archive: tar({ name: 'g', kind: 'g', body: paxRecord('comment', 'c') }, file(D, 'x')) },
  'an archive of the oldest form': { archive: tar({ ...file(D, 'x'), old: true }) },
  'no end': { left: true, archive: tarEntry(file(D, 'x')) },
  'something after the end': { left: true, archive: Buffer.concat([tar(file(D, 'x')), tar(file(D, 'y'))]) },
  'a broken header': {
    left: true,
    archive: Buffer.concat([tarEntry(file(D, 'x')), tarEntry({ name: 'y', checksum: 1 }), Buffer.alloc(1024)]),
  },
  'no Dockerfile': { archive: tar(file('x', 'x')) },
  gzip: { archive: gzipSync(tar(file(D, 'x'))) },
  'gzip in two members': {
    archive: Buffer.concat([gzipSync(tar(file(D, 'x')).subarray(0, 600)), gzipSync(tar(file(D, 'x')).subarray(600))]),
  },
  'gzip that is cut off': { left: true, archive: gzipSync(tar(file(D, 'x'), file('y', 'y'))).subarray(0, -30) },
  'gzip with something after it': {
    left: true,
    archive: Buffer.concat([gzipSync(tar(file(D, 'x'))), Buffer.from('more')]),
  },
};

/** What we read: the mark, `left` where it is left to the builder, `none` where there is no Dockerfile. */
async function read(archive: Buffer, filename: string): Promise<string> {
  const kept = await keepInput(Readable.from([archive]), { ...environmentOf('/'), variables: lab().environment });
  const form = archiveForm(await kept.head(archiveHeadSize));
  if (form === null) return 'none';
  try {
    const bytes = await readArchivedDockerfile({ kept, form, filename, signal: AbortSignal.timeout(20_000) });
    return /which\n(.*?)\nEOF/s.exec(bytes.toString('utf8'))?.[1] ?? 'none';
  } catch (error) {
    if (error instanceof Unread) return 'left';
    if (error instanceof VerifyError) return 'none';
    throw error;
  }
}

describe('what is read of an archive is what BuildKit builds from:', () => {
  it.each(Object.entries(shapes))('%s', async (_, { archive, file: name = D, left = false }) => {
    const args = name === D ? [] : ['-f', name];
    const built = await unguarded(await temporaryFolder(), args, { context: '-', stdin: archive });
    expect(await read(archive, name)).toBe(left ? 'left' : (built.which?.trim() ?? 'none'));
  });

  it.each(['a long name, first', 'a hard link', 'gzip'])('by URL too: %s', async (shape) => {
    const { archive, file: name = D } = shapes[shape] ?? { archive: Buffer.alloc(0) };
    const served = await serveFile(archive);
    try {
      const args = name === D ? [] : ['-f', name];
      const built = await unguarded(await temporaryFolder(), args, { context: served.url });
      expect(await read(archive, name)).toBe(built.which?.trim() ?? 'none');
    } finally {
      await served.close();
    }
  });
});
