import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrivateFolder, type PrivateFolder } from '../../../../src/builder/programs/private-folder.ts';
import { type HeldPolicy, holdPolicy, openPipe } from '../../../../src/builder/run/held-policy.ts';
import { environmentWith } from '../test-environment.ts';

const environment = environmentWith({ workingDirectory: '/', variables: { TMPDIR: tmpdir() } });
const policy = `${JSON.stringify({ version: 1, rules: [{ action: 'DENY', selector: { identifier: '*' } }] })}\n`;

let folder: PrivateFolder;
beforeEach(() => {
  folder = createPrivateFolder(environment);
});
afterEach(() => folder.remove());

async function hold(): Promise<HeldPolicy> {
  const held = await holdPolicy(folder, environment);
  if (held === null) throw new Error('nothing can be held here');
  return held;
}

/** Another process that reads a file to its end. */
class Reader {
  readonly #child: ChildProcess;
  /** All that it read. */
  readonly text: Promise<string>;

  constructor(path: string) {
    this.#child = spawn('/bin/cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    this.text = once(this.#child, 'close').then(() => text);
  }

  /** Waits until it has opened the file. */
  async hasOpened(): Promise<this> {
    const open = `/proc/${this.#child.pid}/fd`;
    const isOpen = (): boolean => {
      try {
        return readdirSync(open).some((number) => readlinkSync(join(open, number)).startsWith(folder.path));
      } catch {
        return false;
      }
    };
    while (!isOpen()) await new Promise((resolve) => setTimeout(resolve, 2));
    return this;
  }
}

describe('a source policy that is said later', () => {
  it('is what was said, for who waits for it, for who comes later, and for who comes again', async () => {
    const held = await hold();
    const early = await new Reader(held.path).hasOpened();
    const before = await Promise.race([early.text, new Promise((resolve) => setTimeout(resolve, 100, 'waits'))]);
    expect(before).toBe('waits');
    held.settle(policy);
    expect(await early.text).toBe(policy);
    expect(await new Reader(held.path).text).toBe(policy);
    expect(await new Reader(held.path).text).toBe(policy);
  });

  it('reaches a reader whole where it is longer than a pipe', async () => {
    const long = `${JSON.stringify({ version: 1, rules: [], filling: 'ü'.repeat(300_000) })}\n`;
    const held = await hold();
    const early = await new Reader(held.path).hasOpened();
    held.settle(long);
    expect(await early.text).toBe(long);
    expect(await new Reader(held.path).text).toBe(long);
  });

  it('waits for nobody where it is longer than a pipe and no one reads', async () => {
    const held = await hold();
    held.settle(`{${' '.repeat(300_000)}}`);
    held.close();
    held.close();
    expect(readFileSync(held.path, 'utf8')).toHaveLength(300_002);
  });

  it('that is never said is one that nothing can be read from, and no empty one', async () => {
    const held = await hold();
    const early = await new Reader(held.path).hasOpened();
    held.close();
    expect(await early.text).toBe('{');
  });

  it('lies where no other user looks, and goes with its folder', async () => {
    const held = await hold();
    expect(held.path.startsWith(`${folder.path}/`)).toBe(true);
    held.close();
    folder.remove();
    expect(existsSync(folder.path)).toBe(false);
  });

  it('cannot be said as anything but an object', async () => {
    const held = await hold();
    expect(() => held.settle('')).toThrow('a source policy is an object');
    expect(() => held.settle('[]')).toThrow('a source policy is an object');
    held.close();
  });

  it('is not to be had where no pipe can be made, nor beyond Linux', async () => {
    writeFileSync(join(folder.path, 'held-policy.json'), '');
    expect(await holdPolicy(folder, environment)).toBeNull();
    const empty = { ...folder, path: mkdtempSync(join(folder.path, 'empty-')) };
    expect(await holdPolicy(empty, { ...environment, platform: 'darwin' })).toBeNull();
    expect(await holdPolicy(empty, { ...environment, platform: 'win32' })).toBeNull();
    expect(readdirSync(empty.path)).toEqual([]);
  });

  it('is not to be had where what was made is no pipe, or cannot be opened', () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expect(openPipe(file)).toBeNull();
    expect(openPipe(folder.path)).toBeNull();
    expect(openPipe(join(folder.path, 'missing'))).toBeNull();
  });
});
