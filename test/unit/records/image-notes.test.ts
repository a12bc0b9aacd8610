import { describe, expect, it } from 'vitest';
import { addToImageNote, type ImageNote, type NotedSbom, readImageNote } from '../../../src/records/index.ts';
import { digestFor, newStateFolder } from './support.ts';

const image = digestFor('image');
const amd64 = digestFor('amd64');
const arm64 = digestFor('arm64');

function sbom(name: string, subject = amd64, trust: NotedSbom['trust'] = 'unsigned'): NotedSbom {
  return { digest: digestFor(name), subject, trust, signer: null };
}

function note(more: Partial<ImageNote>): ImageNote {
  return {
    schemaVersion: 1,
    digest: image,
    time: '2026-01-01T00:00:00Z',
    sboms: [],
    layers: {},
    problem: null,
    ...more,
  };
}

async function after(...notes: readonly ImageNote[]): Promise<ImageNote | null> {
  const folder = newStateFolder();
  // oxlint-disable-next-line no-await-in-loop
  for (const each of notes) await addToImageNote(folder, each);
  return await readImageNote(folder, image);
}

describe('what is known of an image', () => {
  it('keeps what was known of another platform', async () => {
    const known = await after(
      note({ sboms: [sbom('one')], layers: { [amd64]: ['a'] } }),
      note({ sboms: [sbom('two', arm64)], layers: { [arm64]: ['b'] } }),
    );
    expect(known?.sboms).toEqual([sbom('one'), sbom('two', arm64)]);
    expect(known?.layers).toEqual({ [amd64]: ['a'], [arm64]: ['b'] });
  });

  it('learns that somebody has signed, and does not forget it where the key is not at hand', async () => {
    const [unsigned, signed] = [note({ sboms: [sbom('one')] }), note({ sboms: [sbom('one', amd64, 'signed')] })];
    expect((await after(unsigned, signed))?.sboms).toEqual(signed.sboms);
    expect((await after(signed, unsigned))?.sboms).toEqual(signed.sboms);
  });

  it('takes the last look for what could not be looked up or read', async () => {
    const known = await after(note({ problem: 'no answer', faults: ['broken'] }), note({}));
    expect(known).toMatchObject({ problem: null, faults: [] });
  });
});
