import { createHash } from 'node:crypto';

/** A signature of no identity as macOS reads it (XNU, osfmk/kern/cs_blobs.h), by code that shares nothing with what writes it. */
export interface MachOSignature {
  readonly identifier: string;
  readonly flags: number;
  /** How many pages it names, and those of them that are others in the file. */
  readonly pages: number;
  readonly otherPages: readonly number[];
  /** Whether it begins where what it covers ends, within the last segment, which ends with it and with the file. */
  readonly isLast: boolean;
}

interface Command {
  readonly kind: number;
  readonly body: Buffer;
}

function commandsOf(file: Buffer): readonly Command[] {
  const found: Command[] = [];
  const end = 32 + file.readUInt32LE(20);
  let at = 32;
  while (at < end) {
    const length = file.readUInt32LE(at + 4);
    found.push({ kind: file.readUInt32LE(at), body: file.subarray(at, at + length) });
    at += length;
  }
  if (at !== end || found.length !== file.readUInt32LE(16)) throw new Error('the load commands are not what is said');
  return found;
}

/** Reads the signature of a Mach-O; null where it has none. */
export function machOSignature(file: Buffer): MachOSignature | null {
  const commands = commandsOf(file);
  const named = commands.find(({ kind }) => kind === 0x1d)?.body;
  const linkEdit = commands.find(({ kind, body }) => kind === 0x19 && body.includes('__LINKEDIT'))?.body;
  if (named === undefined || linkEdit === undefined) return null;
  const [start, length] = [named.readUInt32LE(8), named.readUInt32LE(12)];
  const blob = file.subarray(start, start + length);
  if (blob.readUInt32BE(0) !== 0xfade0cc0 || blob.readUInt32BE(4) !== length) throw new Error('no signature is there');
  const directory = blob.subarray(blob.readUInt32BE(16));
  if (directory.readUInt32BE(0) !== 0xfade0c02) throw new Error('its first part is no directory of pages');
  const [hashes, name, pages, limit] = [16, 20, 28, 32].map((at) => directory.readUInt32BE(at));
  if (hashes === undefined || name === undefined || pages === undefined || limit === undefined)
    throw new Error('cut off');
  const pageSize = 2 ** (directory[39] ?? 0);
  const isPage = (page: number): boolean => {
    const content = file.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit));
    const hash = directory.subarray(hashes + 32 * page, hashes + 32 * (page + 1));
    return createHash('sha256').update(content).digest().equals(hash);
  };
  const linkEditEnd = Number(linkEdit.readBigUInt64LE(40) + linkEdit.readBigUInt64LE(48));
  return {
    identifier: directory.toString('latin1', name, directory.indexOf(0, name)),
    flags: directory.readUInt32BE(12),
    pages,
    otherPages: Array.from({ length: pages }, (_, page) => page).filter((page) => !isPage(page)),
    isLast:
      limit === start &&
      pages === Math.ceil(limit / pageSize) &&
      start + length === file.length &&
      linkEditEnd === file.length &&
      linkEdit.readBigUInt64LE(32) >= linkEdit.readBigUInt64LE(48),
  };
}
