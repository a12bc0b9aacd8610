import { open } from 'node:fs/promises';

// The magic number that every executable file of Linux begins with (elf(5)).
const magic = Buffer.from('\x7fELF', 'latin1');

/**
 * Whether a program is machine code, so that what it does lies in its own file, as a proof about that file supposes. A script may do
 * something else from one day to the next: it starts whatever other files, variables and its folder tell it to.
 * False for what cannot be read, and for every program of another system than Linux.
 */
export async function isCompiled(program: string): Promise<boolean> {
  const file = await open(program).catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(magic.length), position: 0 });
    return bytesRead === magic.length && buffer.equals(magic);
  } catch {
    // a folder, or a disk that fails
    return false;
  } finally {
    await file.close();
  }
}
