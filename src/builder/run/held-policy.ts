import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, runBounded, systemCode } from '../../model/index.ts';
import type { PrivateFolder } from '../programs/private-folder.ts';
import { startingFolder } from '../programs/programs.ts';

const maker = '/usr/bin/mkfifo';
const makerTimeout = 2_000;
const retry = 2;
// A policy begins so, and alone it is neither JSON nor a message of protobuf, so that a reader that gets no more of it fails. Nothing at
// all would be a valid message, which denies nothing (buildx, `ReadSourcePolicy`).
const beginning = '{';

/** A source policy that is not said yet: who reads it waits until it is, and fails where it never will be. */
export interface HeldPolicy {
  /** The file that is to be read. */
  readonly path: string;
  /**
   * Says it, to who reads already and to who will.
   * @param policy JSON, beginning with a brace
   * @throws VerifyError `file.unwritable`
   */
  settle(policy: string): void;
  /** Lets who reads fail. May be called more than once, and after `settle`. */
  close(): void;
}

/** Opens a pipe to write, which needs no reader where it is opened for both; null for anything else, and where it cannot be opened. */
export function openPipe(path: string): number | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    // a user's share of pipes is used up, or the file system makes pipes that it does not open: nothing needs to be held back
    if (systemCode(error) !== '') return null;
    throw error;
  }
  if (fstatSync(descriptor).isFIFO()) return descriptor;
  closeSync(descriptor);
  return null;
}

/** The writing end of a pipe that holds less than is written, and has a reader or none. */
class PipeEnd {
  readonly #descriptor: number;
  #isOpen = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Closes it once all of this is written. */
  end(text: Uint8Array): void {
    if (!this.#isOpen) return;
    let left = text;
    try {
      while (left.length > 0) left = left.subarray(writeSync(this.#descriptor, left));
      this.close();
    } catch (error) {
      // full: who reads makes room, and where nobody does this ends with the build
      if (systemCode(error) !== 'EAGAIN') throw error;
      setTimeout(() => this.end(left), retry).unref();
    }
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}

/**
 * Makes a source policy that is said later. Null where that cannot be: there is no other way than a named pipe, for which Node has no call,
 * and which only Linux lets us hold open without a reader (fifo(7)).
 */
export async function holdPolicy(folder: PrivateFolder, environment: Environment): Promise<HeldPolicy | null> {
  if (environment.platform !== 'linux') return null;
  const path = join(folder.path, 'held-policy.json');
  const made = await runBounded({
    program: maker,
    args: ['-m', '600', path],
    folder: startingFolder(environment),
    variables: {},
    limit: 0,
    timeout: makerTimeout,
  });
  if (made.kind !== 'ended' || made.status !== 0) return null;
  const descriptor = openPipe(path);
  if (descriptor === null) return null;
  writeSync(descriptor, beginning);
  const pipe = new PipeEnd(descriptor);
  return {
    path,
    settle: (policy) => {
      if (!policy.startsWith(beginning)) throw new Error('a source policy is an object');
      // first for who will open it, or open it again
      renameSync(folder.write('source-policy.json', policy), path);
      pipe.end(Buffer.from(policy.slice(beginning.length)));
    },
    close: () => pipe.close(),
  };
}
