import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parsePemCertificates } from '../../../../src/signature/certificates/certificate.ts';
import { assertPath } from '../../../../src/signature/certificates/certification-path.ts';
import { problemOf } from '../../../../src/signature/refusal.ts';
import { type ChainSpec, chains, OpensslAuthority } from './openssl-chains.ts';

const runs = Number(process.env['CHAINS'] ?? 48);
const seed = Number(process.env['CHAINS_SEED'] ?? 5280);

function hasOpenssl(): boolean {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL 3.');
  } catch {
    return false;
  }
}

let authority: OpensslAuthority | null = null;
afterAll(async () => {
  if (authority !== null) await rm(authority.folder, { recursive: true });
});

/** What is said here of a chain: null where it is good. */
function judge(chain: readonly string[]): string | null {
  try {
    assertPath(chain.flatMap((pem) => parsePemCertificates(pem)));
    return null;
  } catch (error) {
    return problemOf(error).message;
  }
}

function reported(chain: ChainSpec): string {
  return chain.map(({ subject, extensions }) => [subject, ...extensions.slice(2)].join('; ')).join(' -> ');
}

test.skipIf(!hasOpenssl())(
  'names, policies and lengths of generated chains are judged as openssl judges them',
  { timeout: 600_000 },
  async () => {
    authority = await OpensslAuthority.start();
    const different: string[] = [];
    const reasons = new Map<string, number>();
    for (const [index, spec] of fc.sample(chains, { numRuns: runs, seed }).entries()) {
      const chain = await authority.make(String(index), spec);
      const [theirs, ours] = [await authority.judge(String(index), chain), judge(chain)];
      reasons.set(theirs ?? 'good', (reasons.get(theirs ?? 'good') ?? 0) + 1);
      if ((theirs === null) !== (ours === null))
        different.push(`openssl: ${theirs ?? 'good'}, here: ${ours ?? 'good'}, for ${reported(spec)}`);
    }
    expect(different).toEqual([]);
    // without enough of each kind the comparison would say little
    expect(reasons.get('good') ?? 0).toBeGreaterThan(runs / 6);
    const kinds = [
      'path length constraint exceeded',
      'no explicit policy',
      'permitted subtree violation',
      'excluded subtree violation',
    ];
    expect([...reasons.keys()]).toEqual(expect.arrayContaining(kinds));
  },
);
