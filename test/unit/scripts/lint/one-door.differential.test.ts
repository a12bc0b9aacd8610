import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const oxlint = join(root, 'node_modules', '.bin', 'oxlint');

const goingAround: Readonly<Record<string, string>> = {
  'writes to standard output': "process.stdout.write('x');",
  'writes to standard error': "process.stderr.write('x');",
  'takes a stream out of the process': 'const { stderr: out } = process; out.write("x");',
  'speaks through the console': "console.log('x');",
  'warns through Node': "process.emitWarning('x');",
  'imports a stream': "import { stdout } from 'node:process'; stdout.write('x');",
  'imports the console': "import { log } from 'node:console'; log('x');",
  'opens a terminal': "import { WriteStream } from 'node:tty'; new WriteStream(2).write('x');",
};

/** Whether lint lets a file of this place and text pass. */
async function passesLint(place: string, text: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'one-door-'));
  try {
    await cp(join(root, 'scripts', 'lint', 'oxlint.json'), join(folder, 'oxlint.json'));
    await mkdir(dirname(join(folder, place)), { recursive: true });
    await writeFile(join(folder, place), text);
    await promisify(execFile)(oxlint, ['-c', 'oxlint.json', place], { cwd: folder });
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('one door for all that is said', () => {
  it.each(Object.entries(goingAround))('lint refuses a file that %s, in a room and in a command', async (_, text) => {
    expect(await passesLint('src/gate/around.ts', text)).toBe(false);
    expect(await passesLint('src/cli/commands/around.ts', text)).toBe(false);
  });

  it('lint lets the door itself speak, and a file that does not', async () => {
    expect(await passesLint('src/cli/streams.ts', goingAround['writes to standard error'] ?? '')).toBe(true);
    expect(await passesLint('src/gate/around.ts', 'export const harmless = 1;')).toBe(true);
  });
});
