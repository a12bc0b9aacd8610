import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  completionFor,
  type Desk,
  type InteractiveShell,
  isOnPath,
  layOutDesk,
  typeInto,
  writeTrap,
} from '../support/interactive-shell.ts';
import { lab, run, runVerify } from '../support/lab.ts';
import { hasTerminals } from '../support/terminal.ts';

/** Ctrl-U: takes the line away once Tab has done its work, as Ctrl-C would before. */
const givenUp = '\u0015';
const shells: readonly InteractiveShell[] = ['bash', 'zsh', 'fish'];
const missing = shells.filter((shell) => !isOnPath(shell));
if (missing.length > 0) console.warn(`not on this machine, so not tested: ${missing.join(', ')}`);

const oddFile = `odd$(touch pwned) 'q' "d".yaml`;
const files = {
  Dockerfile: 'ARG VERSION=1\nFROM scratch AS first\nFROM first AS tested\n',
  'docker-bake.hcl': 'target "web" {}\ntarget "api" {}\ntarget "$(touch pwned)" {}\n',
  'compose.yaml': `services:\n  "$(touch pwned)": {image: a}\n  "\`touch pwned\`": {image: a}\n  "a b": {image: a}\n`,
  [oddFile]: '',
  'two words.yaml': '',
  'docker-verify.yaml': `version: 1\nrules:\n  - images: ["quay.example/acme/app:2", "$(touch pwned)"]\n    locked: true\n`,
};
const images = [
  'registry.example/team/app:v1',
  '$(touch pwned)',
  '`touch pwned`',
  'a;touch pwned',
  "it's",
  'x\ny',
  '<none>:<none>',
];

let desk: Desk;
const pwned = (): string => join(desk.folder, 'pwned');
beforeAll(async () => {
  desk = await layOutDesk(files, images);
  await writeTrap(join(desk.folder, 'docker-verify'), pwned());
});
afterAll(() => desk.engine.close());
beforeEach(() => rm(desk.variables['ANSWER'] ?? '', { force: true }));

const present = shells.filter((shell) => !missing.includes(shell));

describe.runIf(hasTerminals).each(present)('Tab in %s', (shell) => {
  it.each([
    ['a command', 'docker-verify chec\t.', '[docker-verify][check][.]'],
    ['a command behind a word', 'docker-verify records pru\t', '[docker-verify][records][prune]'],
    ['an option', 'docker-verify check --recur\t.', '[docker-verify][check][--recursive][.]'],
    ["an option's value", 'docker-verify check --mode w\t.', '[docker-verify][check][--mode][warn][.]'],
    ['a value behind =', 'docker-verify check --mode=w\t.', '[docker-verify][check][--mode=warn][.]'],
    [
      "a stage of the folder's Dockerfile",
      'docker-verify build --target te\t.',
      '[docker-verify][build][--target][tested][.]',
    ],
    [
      'an argument that it declares',
      'docker-verify build --build-arg VER\t2',
      '[docker-verify][build][--build-arg][VERSION=2]',
    ],
    ['a target of its bake file', 'docker-verify bake we\t', '[docker-verify][bake][web]'],
    ['a local image', 'docker-verify inspect registry.ex\t', '[docker-verify][inspect][registry.example/team/app:v1]'],
    [
      'its tag',
      'docker-verify inspect registry.example/team/app:\t',
      '[docker-verify][inspect][registry.example/team/app:v1]',
    ],
    [
      'an image that a rule of the policy names',
      'docker-verify policy explain quay.ex\t',
      '[docker-verify][policy][explain][quay.example/acme/app:2]',
    ],
    ['a file with a space', 'docker-verify policy check two\t', '[docker-verify][policy][check][two words.yaml]'],
    ['a file with what shells run', 'docker-verify policy check odd\t', `[docker-verify][policy][check][${oddFile}]`],
    ['a finding', 'docker-verify explain signature.mis\t', '[docker-verify][explain][signature.missing]'],
    ['nothing, where nothing fits', 'docker-verify check --mode x\t', '[docker-verify][check][--mode][x]'],
  ])('completes %s', async (_, keys, words) => {
    expect(await typeInto(shell, desk, await completionFor(shell), keys)).toBe(words);
    expect(existsSync(pwned())).toBe(false);
  });

  it.each([
    ['what is typed', 'docker-verify check "$(touch pwned)" `touch pwned` \t\t'],
    ["a program of the project's", './docker-verify chec\t\t'],
    ['the names of images', 'docker-verify inspect \t\t'],
    ['the names of targets', 'docker-verify bake \t\t'],
    ['the names of rules', 'docker-verify policy explain \t\t'],
  ])('runs nothing of %s', async (_, keys) => {
    expect(await typeInto(shell, desk, await completionFor(shell), `${keys}${givenUp}`)).toBe('[]');
    expect(existsSync(pwned())).toBe(false);
  });
});

describe.runIf(hasTerminals && present.includes('zsh'))(
  "Tab in zsh, where a package laid the script into zsh's folder",
  () => {
    it('completes the first word already', async () => {
      const functions = join(desk.home, 'functions');
      await mkdir(functions, { recursive: true });
      await writeFile(join(functions, '_docker-verify'), await completionFor('zsh'));
      const opening = `fpath=(${functions} $fpath)\ncompinit -u -D`;
      expect(await typeInto('zsh', desk, opening, 'docker-verify chec\t.')).toBe('[docker-verify][check][.]');
    });
  },
);

describe.runIf(hasTerminals).each(present)("Tab in %s by Docker's own script", (shell) => {
  const framework = '/usr/share/bash-completion/bash_completion';
  const isThere = shell !== 'bash' || existsSync(framework);
  const dockerScript = async (): Promise<string> => {
    const { stdout } = await run(lab(), 'docker', ['completion', shell]);
    return shell === 'bash' ? `. ${framework}\n${stdout}` : stdout;
  };

  it.runIf(isThere).each([
    ['a command', 'docker verify chec\t.', '[docker][verify][check][.]'],
    ['an option', 'docker verify build --verify-brea\twhy', '[docker][verify][build][--verify-break-glass][why]'],
    ['a stage', 'docker verify build --target te\t', '[docker][verify][build][--target][tested]'],
    ['a value', 'docker verify check --mode w\t.', '[docker][verify][check][--mode][warn][.]'],
    ['a target of a bake file', 'docker verify bake we\t', '[docker][verify][bake][web]'],
    [
      'an image that a rule of the policy names',
      'docker verify policy explain quay.ex\t',
      '[docker][verify][policy][explain][quay.example/acme/app:2]',
    ],
    ['a local image', 'docker verify inspect registry.ex\t', '[docker][verify][inspect][registry.example/team/app:v1]'],
  ])('completes %s', async (_, keys, words) => {
    expect((await typeInto(shell, desk, await dockerScript(), keys)).replace(/\s+\]/g, ']')).toBe(words);
  });

  it.runIf(isThere)('runs nothing of the names of others', async () => {
    for (const keys of ['docker verify inspect \t\t', 'docker verify bake \t\t', 'docker verify policy explain \t\t']) {
      await rm(desk.variables['ANSWER'] ?? '', { force: true });
      expect(await typeInto(shell, desk, await dockerScript(), `${keys}${givenUp}`)).toBe('[]');
    }
    expect(existsSync(pwned())).toBe(false);
  });
});

describe('a script that hands what is answered to its shell', () => {
  // what older scripts of spf13/cobra do, and so older ones of Docker's
  const complete =
    '_all() { COMPREPLY=($(IFS=$\'\\n\'; compgen -W "$(docker-verify __complete bake "")")); }; COMP_WORDS=(a ""); COMP_CWORD=1; _all';
  const atDesk = async (before: string): Promise<boolean> => {
    await rm(pwned(), { force: true });
    await run(lab(), 'bash', ['-c', `${before}\n${complete}`], { cwd: desk.folder, env: desk.variables });
    const ran = existsSync(pwned());
    await rm(pwned(), { force: true });
    return ran;
  };

  it.runIf(hasTerminals)('would run it on Tab, so that the tests above would see it', async () => {
    const old = `_old() { COMPREPLY=($(compgen -W '$(touch pwned)')); }\ncomplete -F _old docker-verify`;
    expect(await typeInto('bash', desk, old, `docker-verify \t\t${givenUp}`)).toBe('[]');
    expect(existsSync(pwned())).toBe(true);
    await rm(pwned());
  });

  it('would run a name that is not held back, and runs none of ours', async () => {
    expect(await atDesk(`docker-verify() { echo '$(touch pwned)'; }`)).toBe(true);
    expect(await atDesk('')).toBe(false);
  });
});

describe('completion', () => {
  const ask = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runVerify(['__complete', ...words], { cwd: desk.folder, env: { ...desk.variables, ...env } });

  it.each([
    ['an engine that is not there', { DOCKER_HOST: 'unix:///nowhere/engine.sock' }],
    ['an engine elsewhere, which is not asked', { DOCKER_HOST: 'tcp://192.0.2.1:2375' }],
    ['a context that does not exist', { DOCKER_HOST: '', DOCKER_CONTEXT: 'gone' }],
  ])('fails silently for %s', async (_, env) => {
    const started = Date.now();
    const { status, stdout, stderr } = await ask(['inspect', ''], env);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: ':4\n', stderr: '' });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('waits no longer for an engine that says nothing', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer(() => undefined);
    const socket = join(desk.home, 'silent.sock');
    await new Promise<void>((resolve) => {
      silent.listen(socket, resolve);
    });
    const { status, stdout } = await ask(['inspect', ''], { DOCKER_HOST: `unix://${socket}` });
    silent.close();
    expect({ status, stdout }).toEqual({ status: 0, stdout: ':4\n' });
  });
});
