import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { keepInput } from '../../../src/builder/index.ts';
import { readArchivedDockerfile, Unread } from '../../../src/context/index.ts';
import { VerifyError } from '../../../src/model/index.ts';
import { environmentOf } from '../invocation/environment.ts';
import { paxRecord, tar, tarEntry } from './tar.ts';

const D = 'Dockerfile';

async function read(
  archive: Buffer,
  options: {
    readonly filename?: string;
    readonly form?: 'plain' | 'gzip' | 'bzip2' | 'xz';
    readonly largest?: number;
  } = {},
): Promise<string> {
  const kept = await keepInput(Readable.from([archive]), environmentOf('/'));
  const { filename = D, form = 'plain', largest } = options;
  const more = largest === undefined ? {} : { largest };
  const request = { kept, form, filename, signal: AbortSignal.timeout(10_000), ...more };
  return (await readArchivedDockerfile(request)).toString('utf8');
}

describe('readArchivedDockerfile', () => {
  it.each([
    ['a file', tar({ name: D, body: 'x' }), 'x'],
    ['a name that begins with ./', tar({ name: './', kind: '5' }, { name: './Dockerfile', body: 'x' }), 'x'],
    ['an absolute name', tar({ name: '/Dockerfile', body: 'x' }), 'x'],
    ['what comes last of a name', tar({ name: D, body: 'first' }, { name: './Dockerfile', body: 'last' }), 'last'],
    ['a file in place of a folder', tar({ name: 'Dockerfile/x', body: '' }, { name: D, body: 'x' }), 'x'],
    [
      'a folder in place of a file, and so the lower case',
      tar({ name: D, body: 'x' }, { name: D, kind: '5' }, { name: 'dockerfile', body: 'l' }),
      'l',
    ],
    ['a link', tar({ name: D, kind: '2', target: 'a/x' }, { name: 'a/x', body: 'x' }), 'x'],
    [
      'a link that is replaced',
      tar({ name: D, kind: '2', target: 'x' }, { name: 'x', body: 'x' }, { name: D, body: 'own' }),
      'own',
    ],
    ['a hard link', tar({ name: 'x', body: 'x' }, { name: D, kind: '1', target: 'x' }), 'x'],
    [
      'a hard link to what is replaced later',
      tar({ name: 'x', body: 'old' }, { name: D, kind: '1', target: 'x' }, { name: 'x', body: 'new' }),
      'old',
    ],
    ['a long name', tar({ name: '././@LongLink', kind: 'L', body: `Dockerfile\0` }, { name: 'short', body: 'x' }), 'x'],
    [
      'a name by attributes',
      tar({ name: 'p', kind: 'x', body: paxRecord('path', D) }, { name: 'short', body: 'x' }),
      'x',
    ],
    ['an archive without an end', tarEntry({ name: D, body: 'x' }), null],
    [
      'a broken header after it',
      Buffer.concat([tarEntry({ name: D, body: 'x' }), tarEntry({ name: 'y', checksum: 1 }), Buffer.alloc(1024)]),
      null,
    ],
    ['a device', tar({ name: D, kind: '3' }), null],
    ['an entry beneath a link', tar({ name: 'a', kind: '2', target: '.' }, { name: 'a/Dockerfile', body: 'x' }), null],
    ['an entry beneath a file', tar({ name: 'a', body: '' }, { name: 'a/b', body: '' }, { name: D, body: 'x' }), null],
    ['a name that leads out', tar({ name: '../Dockerfile', body: 'x' }), null],
    ['a hard link to nothing', tar({ name: D, kind: '1', target: 'gone' }), null],
    [
      'a sparse file',
      tar({ name: 'p', kind: 'x', body: paxRecord('GNU.sparse.major', '1') }, { name: D, body: 'x' }),
      null,
    ],
  ])('%s', async (_, archive, expected) => {
    const answer = await read(archive).catch((error: unknown) => (error instanceof Unread ? null : error));
    expect(answer).toBe(expected);
  });

  it('unpacks gzip, in several members too', async () => {
    const archive = tar({ name: D, body: 'x' });
    expect(await read(gzipSync(archive), { form: 'gzip' })).toBe('x');
    const parts = Buffer.concat([gzipSync(archive.subarray(0, 700)), gzipSync(archive.subarray(700))]);
    expect(await read(parts, { form: 'gzip' })).toBe('x');
    await expect(read(gzipSync(archive).subarray(0, -20), { form: 'gzip' })).rejects.toThrow(Unread);
  });

  it.each(['bzip2', 'xz'] as const)('leaves %s to the builder', async (form) => {
    await expect(read(Buffer.alloc(10), { form })).rejects.toThrow(Unread);
  });

  it('takes the file that is named', async () => {
    const archive = tar({ name: D, body: 'x' }, { name: 'a/b', body: 'b' });
    expect(await read(archive, { filename: 'a/b' })).toBe('b');
    expect(await read(archive, { filename: './a/../a/b' })).toBe('b');
    await expect(read(archive, { filename: 'a/c' })).rejects.toThrow(VerifyError);
    await expect(read(tar({ name: 'x', body: '' }))).rejects.toThrow(/there is no Dockerfile/);
  });

  it('reads a target once more that was not foreseen, and one among many of that name', async () => {
    const large = Buffer.alloc(15 * 1024 * 1024, 0x23);
    const many = tar(
      { name: 'a/Dockerfile', body: large },
      { name: 'b/Dockerfile', body: large },
      { name: D, body: large },
    );
    expect((await read(many)).length).toBe(large.length);
  });

  it('is not blown up: neither by what unpacks to too much nor by too large a Dockerfile', async () => {
    const bomb = gzipSync(tar({ name: 'zeroes', body: Buffer.alloc(8 * 1024 * 1024) }, { name: D, body: 'x' }));
    expect(bomb.length).toBeLessThan(20_000);
    await expect(read(bomb, { form: 'gzip', largest: 1024 * 1024 })).rejects.toThrow(/unpacks to more than/);
    const huge = tar({ name: D, kind: '2', target: 'x' }, { name: 'x', body: Buffer.alloc(17 * 1024 * 1024) });
    await expect(read(huge)).rejects.toThrow(/has 17825792 bytes/);
  });

  it('gives up in time', async () => {
    const kept = await keepInput(Readable.from([tar({ name: D, body: 'x' })]), environmentOf('/'));
    const request = { kept, form: 'plain', filename: D, signal: AbortSignal.abort() } as const;
    await expect(readArchivedDockerfile(request)).rejects.toThrow(Unread);
  });
});
