import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepInput } from '../../../src/builder/index.ts';
import { readArchivedDockerfile, Unread } from '../../../src/context/index.ts';
import { VerifyError } from '../../../src/model/index.ts';
import { environmentOf } from '../invocation/environment.ts';
import { tar } from './tar.ts';

const D = 'Dockerfile';

async function read(archive: Buffer): Promise<string> {
  const kept = await keepInput(Readable.from([archive]), environmentOf('/'));
  const request = { kept, form: 'plain', filename: D, signal: AbortSignal.timeout(10_000) } as const;
  return (await readArchivedDockerfile(request)).toString('utf8');
}

describe('readArchivedDockerfile', () => {
  it('ends in an answer or in one of two refusals, whatever bytes it is given', async () => {
    const archive = tar({ name: 'a/', kind: '5' }, { name: D, kind: '2', target: 'a/x' }, { name: 'a/x', body: 'x' });
    const change = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const changed = Buffer.from(archive);
        for (const [index, byte] of changes) changed[index] = byte;
        const outcome = await read(changed).catch((error: unknown) => error);
        expect(typeof outcome === 'string' || outcome instanceof Unread || outcome instanceof VerifyError).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
