const block = 512;
const magics = {
  bzip2: Buffer.from('BZh'),
  gzip: Buffer.from([0x1f, 0x8b, 0x08]),
  xz: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
} as const;

/** How an archive is packed. */
export type ArchiveForm = keyof typeof magics | 'plain';

/** How many bytes of the beginning `archiveForm` looks at, as buildx and BuildKit do. */
export const archiveHeadSize = 2 * block;

/** A field as Go's archive/tar reads numbers: base 256 where the first bit is set, else octal; null where it is neither. */
function numberAt(head: Buffer, offset: number, length: number): number | null {
  const field = head.subarray(offset, offset + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x3f);
    return ((field[0] ?? 0) & 0x40) === 0 ? value : -1;
  }
  const text = field.toString('latin1').replace(/^[ \0]+|[ \0]+$/g, '');
  const digits = text.split('\0', 1)[0] ?? '';
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

function hasChecksum(header: Buffer): boolean {
  let unsigned = 0;
  let signed = 0;
  header.forEach((byte, index) => {
    const value = index >= 148 && index < 156 ? 0x20 : byte;
    unsigned += value;
    signed += (value << 24) >> 24;
  });
  const stated = numberAt(header, 148, 8);
  return stated === unsigned || stated === signed;
}

const numbers: readonly (readonly [offset: number, length: number])[] = [
  [100, 8],
  [108, 8],
  [116, 8],
  [124, 12],
  [136, 12],
];

function isHeader(header: Buffer): boolean {
  if (header.length < block || header.every((byte) => byte === 0) || !hasChecksum(header)) return false;
  return numbers.every(([offset, length]) => numberAt(header, offset, length) !== null);
}

/**
 * Whether Go's archive/tar finds a first entry within the head. What stands before an entry (long names, attributes) is skipped, and
 * where the entry itself then lies beyond the head, the answer is no: buildx takes such an archive for a Dockerfile.
 */
function beginsWithEntry(head: Buffer): boolean {
  for (let offset = 0; ; ) {
    const header = head.subarray(offset, offset + block);
    if (!isHeader(header)) return false;
    const kind = String.fromCharCode(header[156] ?? 0);
    const size = numberAt(header, 124, 12) ?? -1;
    if (size < 0) return false;
    if (!['x', 'L', 'K', 'g'].includes(kind)) return true;
    if (offset + block + size > head.length) return false;
    if (kind === 'g') return true;
    offset += block + Math.ceil(size / block) * block;
  }
}

/**
 * How the archive is packed that begins with `head`; null for what buildx and BuildKit take for a Dockerfile (buildx, build/utils.go
 * and buildkit, frontend/dockerui: isArchive).
 */
export function archiveForm(head: Buffer): ArchiveForm | null {
  const start = head.subarray(0, archiveHeadSize);
  for (const [form, magic] of Object.entries(magics)) {
    // the keys of a literal
    if (start.subarray(0, magic.length).equals(magic)) return form as keyof typeof magics;
  }
  return beginsWithEntry(start) ? 'plain' : null;
}
