import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { type KeyMaterial, type VerificationMaterial, VerifyError } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { embeddedTrustedRoots, parseTrustedRoots } from '../../../src/trust/index.ts';
import { attachment, digestOf, hasSharedData, keyMaterial, material, sharedData } from './shared-data.ts';

const suite = new URL('sigstore-conformance/bundle-verify/', sharedData);
const defaultIdentity =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const defaultIssuer = 'https://token.actions.githubusercontent.com';

const cases = hasSharedData
  ? readdirSync(suite, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  : [];
let right = 0;

function optional(name: string, file: string): string | null {
  const path = new URL(`${name}/${file}`, suite);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** One of the suite's keys is none: a policy with it would be refused. */
function parsableKey(pem: string): readonly KeyMaterial[] {
  try {
    return [keyMaterial(pem)];
  } catch {
    return [];
  }
}

/** The suite's `verify-bundle` command, in terms of this room: accepts when the evidence verifies and its signer is the one asked for. */
async function accepts(name: string, artifact: Buffer): Promise<boolean> {
  const root = optional(name, 'trusted_root.json');
  const key = optional(name, 'key.pub');
  let asked: VerificationMaterial;
  try {
    asked = material({
      keys: key === null ? [] : parsableKey(key),
      trustedRoots:
        root === null
          ? embeddedTrustedRoots()
          : await parseTrustedRoots(root, { layer: 'command-line', source: name, updated: null }),
    });
  } catch (error) {
    if (error instanceof VerifyError && error.code === 'trust.invalid') return false;
    throw error;
  }
  const bundle = readFileSync(new URL(`${name}/bundle.sigstore.json`, suite));
  const evidence = await verifyAttachments([attachment('sigstore-bundle', digestOf(artifact), bundle)], asked);
  const identity = optional(name, 'identity')?.trim() ?? defaultIdentity;
  const issuer = optional(name, 'issuer')?.trim() ?? defaultIssuer;
  return evidence.some(({ verified, signer }) => {
    if (!verified || signer === null) return false;
    if (key !== null) return signer.kind === 'key';
    return signer.kind === 'keyless' && signer.identity === identity && signer.issuer === issuer;
  });
}

describe.skipIf(!hasSharedData)('the conformance suite of Sigstore clients', () => {
  afterAll(() => {
    console.log(`conformance ${right} of ${cases.length * 2}`);
  });

  describe.each(cases)('%s', (name) => {
    const expected = !name.endsWith('_fail');
    const own = hasSharedData ? existsSync(new URL(`${name}/artifact`, suite)) : false;

    // The room knows an artifact by its digest alone, so that a path and a digest come to the same thing here.
    test.each(['path', 'digest'])(`is ${expected ? 'accepted' : 'refused'} by %s`, async () => {
      const artifact = readFileSync(new URL(own ? `${name}/artifact` : 'a.txt', suite));
      const verdict = await accepts(name, artifact);
      if (verdict === expected) right += 1;
      expect(verdict).toBe(expected);
    });
  });
});
