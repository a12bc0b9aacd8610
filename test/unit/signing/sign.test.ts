import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cosignSignaturePredicate, type Digest, type KeyMaterial } from '../../../src/model/index.ts';
import { parsePublicKey } from '../../../src/policy/load/files/key-material.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import {
  ambientIdentity,
  hasIdentity,
  keylessSigner,
  keySigner,
  type SigningWeb,
  statementBytes,
  unsigned,
} from '../../../src/signing/index.ts';
import { bareEnvironment, sha256 } from '../oci/memory-registry.ts';

const subject = sha256('subject');
const statement = statementBytes({ name: 'a', subject, predicateType: cosignSignaturePredicate, predicate: {} });

type Kind = 'P-256' | 'ed25519' | 'rsa' | 'P-384' | 'small rsa';

function keyPair(kind: Kind) {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519');
  if (kind === 'rsa' || kind === 'small rsa')
    return generateKeyPairSync('rsa', { modulusLength: kind === 'rsa' ? 2048 : 1024 });
  return generateKeyPairSync('ec', { namedCurve: kind });
}

function privatePem({ privateKey }: ReturnType<typeof keyPair>): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function material({ publicKey }: ReturnType<typeof keyPair>): KeyMaterial {
  const key = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'ours');
  if (!key.ok) throw new Error(key.reason);
  return key.value;
}

async function verified(bytes: Buffer, mediaType: string, keys: readonly KeyMaterial[], about: Digest = subject) {
  const layer = { mediaType, digest: sha256(bytes), size: bytes.length };
  const [evidence] = await verifyAttachments(
    [
      {
        form: 'sigstore-bundle',
        subject: about,
        vouchesFor: null,
        manifest: sha256('manifest'),
        layer,
        artifactType: null,
        annotations: {},
        location: 'referrer',
        content: bytes.toString('base64'),
      },
    ],
    { keys, certificates: [], trustedRoots: [] },
    { now: new Date() },
  );
  return evidence;
}

describe('signing with a key', () => {
  it.each<Kind>(['P-256', 'ed25519', 'rsa'])('of the kind %s makes what our own verifier takes', async (kind) => {
    const pair = keyPair(kind);
    const { bytes, mediaType, signer } = await keySigner(privatePem(pair), null, 'key.pem').sign(statement);
    const key = material(pair);
    expect(await verified(bytes, mediaType, [key])).toMatchObject({ verified: true, form: 'cosign-bundle', subject });
    expect(signer).toEqual({ kind: 'key', sha256: key.id, name: null });
    expect(await verified(bytes, mediaType, [material(keyPair(kind))])).toMatchObject({ verified: false });
    expect(await verified(bytes, mediaType, [key], sha256('another'))).toMatchObject({ verified: false });
  });

  it('leaves the identifier in the envelope empty, which cosign would hold against it', async () => {
    const { bytes } = await keySigner(privatePem(keyPair('P-256')), null, 'key.pem').sign(statement);
    expect(JSON.parse(bytes.toString()).dsseEnvelope.signatures[0].keyid ?? '').toBe('');
  });

  it.each<[string, string]>([
    ['P-384, which verifiers hash otherwise', privatePem(keyPair('P-384'))],
    ['RSA of 1024 bits', privatePem(keyPair('small rsa'))],
    ['an invalid key: it is no PEM', 'nothing'],
    ['an invalid key: it is broken', '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----'],
  ])('refuses a key of %s', (_, pem) => {
    expect(() => keySigner(pem, null, 'key.pem')).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});

describe('signing with nothing', () => {
  it('makes no envelope that could be taken for signed', async () => {
    expect(await unsigned.sign(statement)).toEqual({
      bytes: statement,
      mediaType: 'application/vnd.in-toto+json',
      signer: null,
    });
  });
});

const tokenOf = (claims: object): string => `a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c`;
const environmentWith = (variables: Record<string, string>) => bareEnvironment({ variables });
const noWeb: SigningWeb = () => Promise.reject(new Error('the network is not to be used'));

describe('an ambient identity', () => {
  it('is the token that is given', async () => {
    const environment = environmentWith({ SIGSTORE_ID_TOKEN: `${tokenOf({ iss: 'i', sub: 's' })}\n` });
    expect(hasIdentity(environment)).toBe(true);
    expect(await ambientIdentity(environment, noWeb)).toEqual({
      token: tokenOf({ iss: 'i', sub: 's' }),
      subject: 's',
      issuer: 'i',
    });
  });

  it("is asked for at GitHub's service, with the token that it gives for that alone", async () => {
    const asked: unknown[] = [];
    const web: SigningWeb = (request) => {
      asked.push(request);
      const value = tokenOf({ iss: 'i', email: 'e@example.com', sub: 's' });
      return Promise.resolve({ status: 200, body: Buffer.from(JSON.stringify({ value })) });
    };
    const environment = environmentWith({
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://actions.example.com/token?api=2',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
    });
    expect(await ambientIdentity(environment, web)).toMatchObject({ subject: 'e@example.com' });
    expect(asked).toEqual([{ url: 'https://actions.example.com/token?api=2&audience=sigstore', bearer: 'secret' }]);
  });

  it.each<[string, Record<string, string>]>([
    ['there is none', {}],
    ['it is no token', { SIGSTORE_ID_TOKEN: 'nothing' }],
    ['it names no identity', { SIGSTORE_ID_TOKEN: tokenOf({ iss: 'i' }) }],
  ])('is an error where %s, which does not tell it', async (_, variables) => {
    const asking = ambientIdentity(environmentWith(variables), noWeb);
    await expect(asking).rejects.toMatchObject({ code: 'signing.failed' });
    await expect(asking).rejects.not.toThrow(variables['SIGSTORE_ID_TOKEN'] ?? 'SIGSTORE_ID_TOKEN');
  });

  it.each<[string, number, string]>([
    ['certifies nothing', 400, 'certifies no key for s (400)'],
    ['answers with no certificate', 200, 'answers with no certificate'],
  ])('signs nothing where the authority %s', async (_, status, message) => {
    const web: SigningWeb = () => Promise.resolve({ status, body: Buffer.from('{}') });
    const services = { fulcio: 'https://fulcio.example.com', rekor: 'https://rekor.example.com' };
    const signing = keylessSigner({ token: 't', subject: 's', issuer: 'i' }, services, web).sign(statement);
    await expect(signing).rejects.toMatchObject({ code: 'signing.failed', message: expect.stringContaining(message) });
  });
});
