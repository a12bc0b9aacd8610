import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  fileOrPem,
  type ProposedSigner,
  proposedRules,
  proposeSigner,
  rootsOutside,
  type SignerFiles,
  writtenPolicy,
} from '../../../../../src/gate/commands/policies/proposed-policy.ts';
import type { Evidence } from '../../../../../src/model/index.ts';
import { byIdentity } from '../../../policy/support/evidence.ts';

const workflow = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';
const id = 'a'.repeat(64);
const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const publicKey = '-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n';
const none: SignerFiles = {
  folder: '/srv/app',
  keys: new Map(),
  authorities: new Map(),
  roots: new Map(),
  github: new Set(),
};
const keyless = (changes: Partial<Evidence> = {}): Evidence =>
  byIdentity(workflow, { trustedRoot: 'root', ...changes }, 'https://token.actions.githubusercontent.com');
const byKey = byIdentity('x', { signer: { kind: 'key', sha256: id, name: null } });
const byCertificate = (changes: Partial<Evidence> = {}): Evidence =>
  byIdentity('x', {
    signer: { kind: 'certificate', subject: 'CN=acme' },
    materials: [id],
    ...changes,
  });
const who = { issuer: 'https://token.actions.githubusercontent.com', identity: workflow };

describe('the signer of a piece of evidence is proposed', () => {
  it.each<readonly [string, Evidence, Partial<SignerFiles>, unknown]>([
    ['by issuer and identity', keyless(), {}, { keyless: who }],
    [
      'with the trusted root that was named, relative to the policy',
      keyless(),
      { roots: new Map([['root', '/srv/roots/acme.json']]) },
      { keyless: who, trustedRoot: '../roots/acme.json' },
    ],
    [
      "with GitHub's own root by its name",
      keyless(),
      { github: new Set(['root']) },
      { keyless: who, trustedRoot: 'github' },
    ],
    ['by the file of a key', byKey, { keys: new Map([[id, '/srv/app/keys/acme.pub']]) }, { key: 'keys/acme.pub' }],
    ['by a key that lies in no file', byKey, { keys: new Map([[id, publicKey]]) }, { key: publicKey }],
    [
      'by the subject that Notation knows, below an authority',
      byCertificate(),
      { authorities: new Map([[id, '/srv/app/ca.pem']]) },
      { notation: { subject: 'CN=acme', ca: 'ca.pem' } },
    ],
    [
      'by the name in a certificate, and its issuer',
      byCertificate({
        certificate: { names: ['me@acme.com'], subject: 'CN=acme', issuer: 'https://acme.com' },
      }),
      { authorities: new Map([[id, pem]]) },
      { certificate: { ca: pem, identity: 'me@acme.com', issuer: 'https://acme.com' } },
    ],
    [
      'by the subject of a certificate without names',
      byCertificate({ certificate: { names: [], subject: 'CN=acme', issuer: null } }),
      { authorities: new Map([[id, pem]]) },
      { certificate: { ca: pem, subject: 'CN=acme' } },
    ],
  ])('%s', (_, piece, files, entry) => {
    expect(proposeSigner(piece, { ...none, ...files })).toEqual({ signer: piece.signer, attestation: null, entry });
  });

  it.each<readonly [string, Evidence]>([
    ['did not verify', keyless({ verified: false })],
    ['names no signer', keyless({ signer: null })],
    ['is by a key that was not named', byKey],
    ['is below an authority that only the signature names', byCertificate()],
    ['attests to nothing that has a type', keyless({ form: 'attestation', predicateType: null })],
  ])('and never one that %s', (_, piece) => {
    expect(proposeSigner(piece, none)).toBeNull();
  });
});

describe('a key or a certificate', () => {
  it.each([
    ['/srv/app/acme.pub', '/srv/app/acme.pub'],
    ['/srv/app/keys/acme.pub', '/srv/app/keys/acme.pub'],
    ['/srv/app/..acme.pub', '/srv/app/..acme.pub'],
    ['/srv/acme.pub', pem],
    ['/srv/app2/acme.pub', pem],
    ['/home/me/acme.pub', pem],
  ])('in %s is written as what the project brings along', (path, written) => {
    expect(fileOrPem('/srv/app', path, pem)).toBe(written);
  });
});

const signer = (piece: Evidence, files: Partial<SignerFiles> = {}): ProposedSigner => {
  const found = proposeSigner(piece, { ...none, ...files });
  if (found === null) throw new Error('no signer is proposed');
  return found;
};

describe('the rules', () => {
  const images = (repository: string) => ({ repository, names: [] });
  const inFile = signer(byKey, { keys: new Map([[id, '/srv/app/acme.pub']]) });

  it('hold repositories of the same signers together, name them, and lock the rest last', () => {
    const rules = proposedRules([
      { ...images('docker.io/library/unsigned'), signers: [] },
      { ...images('ghcr.io/acme/a'), signers: [signer(keyless())] },
      { ...images('ghcr.io/acme/b'), signers: [signer(keyless())] },
      { ...images('ghcr.io/acme/c'), signers: [inFile, signer(keyless())] },
    ]);
    expect(rules).toEqual([
      { name: 'acme/app', images: ['ghcr.io/acme/a', 'ghcr.io/acme/b'], signedBy: [{ keyless: who }] },
      {
        name: `key-${id.slice(0, 12)} or acme/app`,
        images: ['ghcr.io/acme/c'],
        signedBy: [{ key: 'acme.pub' }, { keyless: who }],
      },
      { name: 'locked', images: ['docker.io/library/unsigned'], locked: true },
    ]);
  });

  it('ask for attestations where nothing else is signed, provenance by its name whatever its version', () => {
    const attests = (predicateType: string): ProposedSigner => signer(keyless({ form: 'attestation', predicateType }));
    const signers = [attests('https://slsa.dev/provenance/v1'), attests('https://spdx.dev/Document')];
    expect(proposedRules([{ ...images('ghcr.io/acme/a'), signers }])).toEqual([
      {
        name: 'acme/app',
        images: ['ghcr.io/acme/a'],
        require: {
          attestations: [
            { type: 'slsa-provenance', signedBy: [{ keyless: who }] },
            { type: 'https://spdx.dev/Document', signedBy: [{ keyless: who }] },
          ],
        },
      },
    ]);
  });

  it.each([
    ['/srv/roots/acme.json', ['../roots/acme.json']],
    ['/srv/app/roots/acme.json', []],
  ])('are known to name a trusted root outside of the project, or not: %s', (path, outside) => {
    const found = signer(keyless(), { roots: new Map([['root', path]]) });
    expect(rootsOutside([{ ...images('a.io/x'), signers: [found, found] }])).toEqual(outside);
  });

  it('are called after a subject, and after an identity of no forge', () => {
    const certified = signer(byCertificate(), { authorities: new Map([[id, '/srv/app/ca.pem']]) });
    const mail = signer(byIdentity('me@acme.com', {}, 'https://accounts.example.com'));
    expect(proposedRules([{ ...images('a.io/x'), signers: [certified, mail] }])).toMatchObject([
      { name: 'CN=acme or me@acme.com' },
    ]);
  });

  it('are written below a refusal of everything else', () => {
    const text = writtenPolicy([{ ...images('ghcr.io/acme/a'), signers: [inFile] }]);
    expect(parse(text)).toMatchObject({
      version: 1,
      mode: 'enforce',
      default: 'deny',
      rules: [{ signedBy: [{ key: 'acme.pub' }] }],
    });
  });
});
