import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isVerifyError } from '../../../../src/model/index.ts';
import { parseYamlSource } from '../../../../src/policy/language/schema/yaml-source.ts';
import { readLock } from '../../../../src/policy/load/files/read-lock.ts';
import { isPresent, readBytes, refuseUnsafe } from '../../../../src/policy/load/files/safe-file.ts';
import { parseLock } from '../../../../src/policy/lock/lock-file.ts';
import { folderOf } from '../support/policies.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What an error tells beside its message, and whether it keeps what caused it. */
async function errorOf(failing: () => unknown) {
  try {
    await failing();
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    const { code, place, hint, cause } = error;
    return { code, place, hint: hint ?? null, hasCause: cause !== undefined };
  }
  throw new Error('it does not fail');
}

describe('an error about a policy says where, and what to do', () => {
  it.each<[string, Uint8Array, number, number, boolean]>([
    ['is not UTF-8', Uint8Array.from([0xff]), 1, 1, true],
    ['is too large', new Uint8Array(1_048_577), 1, 1, false],
    ['has a key twice', bytes('a: 1\nb:\n  c: 1\n  c: 2\n'), 4, 3, false],
    ['has a second document', bytes('a: 1\n---\nb: 1\n'), 3, 1, false],
    ['is nested too deep', bytes(`${'['.repeat(66)}${']'.repeat(66)}`), 1, 1, false],
    ['has a tag of its own', bytes('a: !own 1\n'), 1, 4, false],
  ])('where a text %s', async (_, content, line, column, hasCause) => {
    expect(await errorOf(() => parseYamlSource(content, 'a.yaml'))).toEqual({
      code: 'policy.invalid',
      place: { file: 'a.yaml', line, column },
      hint: null,
      hasCause,
    });
  });

  it('where it cannot be found out whether there is a file', async () => {
    const path = join(await folderOf({ there: '' }), 'there', 'below');
    expect(await errorOf(() => isPresent(path))).toEqual({
      code: 'policy.unreadable',
      place: { file: path },
      hint: 'only a file that does not exist is taken as absent: mend its permissions or remove it',
      hasCause: true,
    });
  });

  it('where a file cannot be read', async () => {
    const folder = await folderOf({ there: '' });
    const error = { code: 'policy.unreadable', hasCause: true };
    for (const file of [join(folder, 'none'), join(folder, 'there', 'below')])
      expect(await errorOf(() => readBytes(file))).toEqual({
        ...error,
        place: { file },
        hint: 'name a file that exists',
      });
    expect(await errorOf(() => readBytes(folder))).toEqual({
      ...error,
      place: { file: folder },
      hint: 'mend its permissions, or name another file',
    });
    const link = join(folder, 'link');
    await symlink('/nowhere', link);
    expect(await errorOf(() => refuseUnsafe(link, 0))).toEqual({
      ...error,
      place: { file: link },
      hint: 'mend the link, or remove it',
    });
  });

  it('where a lock cannot be read', async () => {
    const folder = await folderOf({ 'docker-verify.lock.json/x': '' });
    expect(await errorOf(() => readLock(folder))).toEqual({
      code: 'lock.invalid',
      place: { file: join(folder, 'docker-verify.lock.json') },
      hint: 'mend its permissions',
      hasCause: true,
    });
  });

  const again = 'delete it and run docker verify lock';
  const entryAgain = 'delete the entry and run docker verify lock';
  const image = 'docker.io/library/a:1';
  const digest = `sha256:${'a'.repeat(64)}`;
  const locked = (entry: unknown): string => JSON.stringify({ lockVersion: 1, images: { [image]: entry } });
  it.each<[string, string | Uint8Array, string, string]>([
    ['is too large', new Uint8Array(4_194_305), 'a.json', 'it is no lock'],
    ['is not merged', '{\n=======\n}', 'a.json:2', 'finish the merge, or delete the file and run docker verify lock'],
    [
      'begins with what is not merged',
      '>>>>>>> x',
      'a.json:1',
      'finish the merge, or delete the file and run docker verify lock',
    ],
    ['is no JSON', '====\n', 'a.json', again],
    ['has a key twice', '{"lockVersion": 1, "images": {}, "images": {}}', 'a.json', again],
    ['is a list', '[]', 'a.json', again],
    ['has images in a list', '{"lockVersion": 1, "images": []}', 'a.json', again],
    ['has a name that is none', '{"lockVersion": 1, "images": {"A": 1}}', 'a.json', entryAgain],
    ['has an entry that is none', locked(1), 'a.json', entryAgain],
    ['has no digest', locked({}), 'a.json', entryAgain],
    ['has no time', locked({ digest }), 'a.json', entryAgain],
    ['has no signer', locked({ digest, lockedAt: '2026-01-01T00:00:00Z' }), 'a.json', entryAgain],
  ])('where a lock %s', async (_, content, file, hint) => {
    const found = await errorOf(() => parseLock(typeof content === 'string' ? bytes(content) : content, 'a.json'));
    expect(found).toEqual({ code: 'lock.invalid', place: { file }, hint, hasCause: false });
  });

  const signed = (signer: unknown) =>
    parseLock(bytes(locked({ digest, lockedAt: '2026-01-01T00:00:00Z', signer })), 'a.json');
  it.each([
    null,
    { kind: 'keyless', identity: 'me', issuer: 'i' },
    { kind: 'key', sha256: 'ab', name: null },
    { kind: 'key', sha256: 'ab', name: 'acme' },
    { kind: 'certificate', subject: 'CN=acme' },
  ])('and a lock keeps the signer %j', (signer) => {
    expect(signed(signer).images[image]?.signer).toEqual(signer);
  });

  it.each([
    'acme',
    [],
    { kind: 'keyless', identity: 'me' },
    { kind: 'keyless', issuer: 'i' },
    { kind: 'keyless', identity: 'me', issuer: null },
    { kind: 'key', name: null },
    { kind: 'key', sha256: 'ab', name: 1 },
    { kind: 'key', sha256: 'ab' },
    { kind: 'certificate' },
    { kind: 'other', subject: 'CN=acme' },
  ])('and a lock with the signer %j is refused', (signer) => {
    expect(() => signed(signer)).toThrow(`the signer of ${image} makes no sense`);
  });
});
