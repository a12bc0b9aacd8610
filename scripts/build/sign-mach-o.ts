import { createHash } from 'node:crypto';

// XNU, EXTERNAL_HEADERS/mach-o/loader.h
const magic64 = 0xfeedfacf;
const headerSize = 32;
const commands = { segment64: 0x19, codeSignature: 0x1d } as const;
const commandSize = 16; // of a linkedit_data_command
// XNU, osfmk/kern/cs_blobs.h; numbers in a signature are big-endian
const superBlob = { magic: 0xfade0cc0, size: 20 } as const;
const directory = { magic: 0xfade0c02, size: 88, version: 0x20400, adHoc: 0x2, sha256: 2, mainBinary: 1 } as const;
const pageBits = 12;
const pageSize = 1 << pageBits;
const hashSize = 32;

interface Segment {
  /** Of its load command. */
  readonly at: number;
  readonly fileOffset: number;
  readonly fileSize: number;
}

interface Layout {
  readonly text: Segment;
  readonly linkEdit: Segment;
  /** Where the load commands end. */
  readonly commandsEnd: number;
  /** Where the first section begins: until there a load command may be added. */
  readonly firstSection: number;
}

const rounded = (length: number, unit: number): number => Math.ceil(length / unit) * unit;

function segmentAt(file: Buffer, at: number): readonly [name: string, segment: Segment] {
  const name = file.toString('latin1', at + 8, at + 24).replace(/\0.*$/s, '');
  const [fileOffset, fileSize] = [Number(file.readBigUInt64LE(at + 40)), Number(file.readBigUInt64LE(at + 48))];
  return [name, { at, fileOffset, fileSize }];
}

/** The offsets of a segment's sections that have bytes in the file. */
function sectionOffsets(file: Buffer, { at }: Segment): readonly number[] {
  const count = file.readUInt32LE(at + 64);
  return Array.from({ length: count }, (_, index) => file.readUInt32LE(at + 72 + 80 * index + 48)).filter(
    (offset) => offset > 0,
  );
}

function layoutOf(file: Buffer): Layout {
  if (file.readUInt32LE(0) !== magic64) throw new Error('no 64-bit Mach-O of one processor');
  const segments = new Map<string, Segment>();
  let at = headerSize;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    const kind = file.readUInt32LE(at);
    if (kind === commands.codeSignature) throw new Error('it is signed already');
    if (kind === commands.segment64) segments.set(...segmentAt(file, at));
    at += file.readUInt32LE(at + 4);
  }
  const [text, linkEdit] = [segments.get('__TEXT'), segments.get('__LINKEDIT')];
  if (text === undefined || linkEdit === undefined) throw new Error('it has no __TEXT or no __LINKEDIT');
  if (linkEdit.fileOffset + linkEdit.fileSize !== file.length) throw new Error('__LINKEDIT does not end the file');
  return { text, linkEdit, commandsEnd: at, firstSection: Math.min(...sectionOffsets(file, text)) };
}

/** The length of the signature of that many bytes. */
function signatureLength(codeLength: number, name: Buffer): number {
  return superBlob.size + directory.size + name.length + Math.ceil(codeLength / pageSize) * hashSize;
}

/**
 * The signature of `signed`, which is all that stands before it.
 * @param name with the zero that ends it
 */
function signatureOf(signed: Buffer, name: Buffer, text: Segment): Buffer<ArrayBuffer> {
  const length = signatureLength(signed.length, name);
  const pages = Math.ceil(signed.length / pageSize);
  const hashesAt = directory.size + name.length;
  const blob = Buffer.alloc(length);
  const words = [superBlob.magic, length, 1, 0, superBlob.size];
  for (const [index, word] of words.entries()) blob.writeUInt32BE(word, 4 * index);
  const head = [
    directory.magic,
    length - superBlob.size,
    directory.version,
    directory.adHoc,
    hashesAt,
    directory.size, // where the identifier stands
    0, // no special slots
    pages,
    signed.length,
  ];
  const own = blob.subarray(superBlob.size);
  for (const [index, word] of head.entries()) own.writeUInt32BE(word, 4 * index);
  own.set([hashSize, directory.sha256, 0, pageBits], 36);
  own.writeBigUInt64BE(BigInt(text.fileOffset), 64);
  own.writeBigUInt64BE(BigInt(text.fileSize), 72);
  own.writeBigUInt64BE(BigInt(directory.mainBinary), 80);
  own.set(name, directory.size);
  for (let page = 0; page < pages; page += 1) {
    const content = signed.subarray(page * pageSize, (page + 1) * pageSize);
    own.set(createHash('sha256').update(content).digest(), hashesAt + page * hashSize);
  }
  return blob;
}

/**
 * An executable of macOS with a signature of no identity, as `codesign --sign -` and Go's linker make it: a Mac with Apple's processor runs
 * nothing without one. It says nothing of who made it, and is the same bytes wherever it is made.
 * @param file a 64-bit Mach-O for one processor, unsigned
 * @param identifier what the system calls it
 * @throws Error where it is anything else, or has no room for a further load command
 */
export function signMachO(file: Buffer, identifier: string): Buffer<ArrayBuffer> {
  const { text, linkEdit, commandsEnd, firstSection } = layoutOf(file);
  if (commandsEnd + commandSize > firstSection) throw new Error('no room for a further load command');
  const name = Buffer.from(`${identifier}\0`, 'latin1');
  const codeEnd = rounded(file.length, 16);
  const size = signatureLength(codeEnd, name);
  const signed = Buffer.alloc(codeEnd);
  file.copy(signed);
  for (const [index, word] of [commands.codeSignature, commandSize, codeEnd, size].entries())
    signed.writeUInt32LE(word, commandsEnd + 4 * index);
  signed.writeUInt32LE(signed.readUInt32LE(16) + 1, 16);
  signed.writeUInt32LE(signed.readUInt32LE(20) + commandSize, 20);
  const linkEditSize = codeEnd + size - linkEdit.fileOffset;
  // pages of 16 KiB, as Apple's processor has them, suit both
  signed.writeBigUInt64LE(BigInt(rounded(linkEditSize, 0x4000)), linkEdit.at + 32);
  signed.writeBigUInt64LE(BigInt(linkEditSize), linkEdit.at + 48);
  return Buffer.concat([signed, signatureOf(signed, name, text)]);
}
