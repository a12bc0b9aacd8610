import { fstatSync, writeSync } from 'node:fs';

/**
 * The longest text that goes to a descriptor at once, in characters: while a reader lets us wait no signal is heard, and this much
 * goes into an empty pipe without waiting.
 */
const longest = 16_384;

/**
 * Writes to a descriptor without a stream of Node's, which takes some milliseconds to make.
 * @returns what is left: the text where it is long, the end of it where a pipe that does not wait is full
 * @throws what the system says, for instance `EPIPE` where the reader went away
 */
export function writeNow(descriptor: number, text: string): Uint8Array {
  let rest = new TextEncoder().encode(text);
  if (text.length > longest) return rest;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // the system's
  }
  return rest;
}

/** Whether a terminal may be behind a descriptor; what is none of the system's devices is certainly not one. */
export function mayBeTerminal(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true;
  }
}
