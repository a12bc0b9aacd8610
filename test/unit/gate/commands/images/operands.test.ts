import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partImages, readOperands, withPathAlone } from '../../../../../src/gate/commands/images/operands.ts';
import { newFolder } from '../../../../support/new-folder.ts';

describe('readOperands', () => {
  const paths = [
    '.',
    '..',
    '-',
    './app',
    '../app',
    '/srv/app',
    '../',
    'https://example.com/app.git',
    'git@example.com:app.git',
  ];

  it.each(paths)('takes %s for a path', (operand) => {
    expect(readOperands([operand], '/nowhere')).toEqual({ kind: 'path' });
  });

  it.each(['app', 'app/web', '.hidden', 'alpine:3.20', 'localhost:5000/app', 'c/d', '...'])(
    'takes %s for an image',
    (operand) => {
      expect(readOperands([operand], '/nowhere')).toEqual({ kind: 'images', names: [operand] });
    },
  );

  it.each(['gone/', 'no/such/folder/'])('takes %s, where there is no such folder, for neither', (operand) => {
    expect(() => readOperands([operand], '/nowhere')).toThrow(`"${operand}" is no image, and there is no such folder`);
  });

  it('knows options from operands', () => {
    expect(readOperands(['-f', './Dockerfile', 'alpine', '--build-arg', 'A=./b', 'busybox'], '/nowhere')).toEqual({
      kind: 'images',
      names: ['alpine', 'busybox'],
    });
  });

  it('says that nothing is named', () => {
    expect(readOperands(['--platform', 'linux/arm64'], '/nowhere')).toEqual({ kind: 'nothing' });
  });

  it.each([
    { args: ['.', 'alpine'], hint: 'a path begins with ./ or /' },
    { args: ['alpine', './app'], hint: 'a path begins with ./ or /' },
    { args: ['.', '..'], hint: 'name one path at a time' },
  ])('refuses $args', ({ args, hint }) => {
    expect(() => readOperands(args, '/nowhere')).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: `expected one path, or images; found ${args.join(' ')}`,
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it('refuses a word that is also a file or folder here, and takes what could only be an image', () => {
    const folder = newFolder('operands');
    mkdirSync(join(folder, 'app'));
    mkdirSync(join(folder, 'quay.io', 'app'), { recursive: true });
    expect(() => readOperands(['app'], folder)).toThrow(
      expect.objectContaining({ code: 'usage.invalid', hint: 'write ./app for the path, app:latest for the image' }),
    );
    for (const name of ['app:latest', 'quay.io/app', 'other', `app@sha256:${'0'.repeat(64)}`])
      expect(readOperands([name], folder)).toEqual({ kind: 'images', names: [name] });
    expect(readOperands(['./app'], folder)).toEqual({ kind: 'path' });
  });
});

describe('a command that takes a path alone', () => {
  const here = newFolder('operands');
  mkdirSync(join(here, 'app'));
  const taking =
    (...args: string[]) =>
    () =>
      withPathAlone(args, here, 'lock');

  it.each([[[]], [['.']], [['./x']], [['app']], [['-f', 'alpine:3', 'app']], [['https://example.com/x.git']]])(
    'takes %j',
    (args) => {
      expect(taking(...args)).not.toThrow();
    },
  );

  it.each(['alpine', 'alpine:3.20', 'app:1', 'app@sha256:0', 'ghcr.io/acme/app', ''])('refuses %j', (word) => {
    expect(taking(word)).toThrow(
      expect.objectContaining({ code: 'usage.invalid', hint: expect.stringContaining(`write ./${word} for a path`) }),
    );
  });

  it('gives what lies here its ./, so that no other command can take it for an image', () => {
    expect(taking('app', '-f', 'app')()).toEqual(['-f', 'app', './app']);
    expect(taking('./app')()).toEqual(['./app']);
  });

  it('refuses two paths', () => {
    expect(taking('.', './x')).toThrow(/expected one path; found \. \.\/x/);
  });

  it('parts images from a path, and leaves the values of options alone', () => {
    const { args, images } = partImages(['alpine:3', '.', '--build-arg', 'alpine:3', '--target', 'busybox'], here);
    expect(args).toEqual(['.', '--build-arg', 'alpine:3', '--target', 'busybox']);
    expect([...images]).toEqual(['docker.io/library/alpine:3']);
    expect(() => partImages(['app'], here)).toThrow(/here also a file or folder/);
  });
});

describe('an image where only a path can stand', () => {
  it.each([
    ['alpine:3', 'docker verify check alpine:3 looks'],
    ['docker-image://alpine', 'docker verify check alpine looks'],
  ])('%s is refused, with the command that takes it', (word, cure) => {
    expect(() => withPathAlone([word], '/nowhere', 'scan')).toThrow(
      expect.objectContaining({ code: 'usage.invalid', hint: expect.stringContaining(cure) }),
    );
  });

  it('a path is not', () => expect(withPathAlone(['./web'], '/nowhere', 'scan')).toEqual(['./web']));
});
