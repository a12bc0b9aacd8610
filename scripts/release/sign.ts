import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bundleToJSON } from '@sigstore/bundle';
import {
  CIContextProvider,
  DSSEBundleBuilder,
  FulcioSigner,
  MessageSignatureBundleBuilder,
  RekorWitness,
  type Signer,
} from '@sigstore/sign';
import { inTotoMediaType } from '../../src/model/index.ts';

/** Signs files of a release; each answer is a Sigstore bundle, version 0.3, as text. */
export interface ReleaseSigner {
  /** A signature over the file itself (`cosign verify-blob`). */
  readonly signFile: (content: Buffer) => Promise<string>;
  /** An in-toto statement in an envelope (`cosign verify-blob-attestation`). */
  readonly signStatement: (statement: Buffer) => Promise<string>;
}

/** Who signs. */
export interface SigningWish {
  /** A private key in PEM, on the curve P-256: what is verified by a digest alone can be signed by no other kind. */
  readonly key: string | undefined;
  readonly fulcio: string | undefined;
  readonly rekor: string | undefined;
}

/**
 * A signer by key.
 * @throws Error where the file holds no such key
 */
async function keyHolder(file: string): Promise<Signer> {
  const key = createPrivateKey(await readFile(file));
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error(
      `${file} is no key on the curve P-256: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`,
    );
  const publicKey = createPublicKey(key);
  const hint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    sign: (data) =>
      Promise.resolve({ signature: sign('sha256', data, key), key: { $case: 'publicKey', publicKey: pem, hint } }),
  };
}

function serialized(bundle: Parameters<typeof bundleToJSON>[0]): string {
  // cosign compares a key's identifier in the envelope with one of its own making: the hint beside it says enough
  if (bundle.content.$case === 'dsseEnvelope') {
    for (const each of bundle.content.dsseEnvelope.signatures) each.keyid = '';
  }
  return `${JSON.stringify(bundleToJSON(bundle))}\n`;
}

/** Whether this environment gives an identity to sign with. */
export function hasIdentity(variables: NodeJS.ProcessEnv): boolean {
  return Boolean(variables['SIGSTORE_ID_TOKEN'] || variables['ACTIONS_ID_TOKEN_REQUEST_TOKEN']);
}

/** Signs with a key, and else with the identity that is ambient, whose certificate and signature are then recorded in logs. */
export async function openSigner({ key, fulcio, rekor }: SigningWish): Promise<ReleaseSigner> {
  const byIdentity = (): Signer =>
    new FulcioSigner({
      identityProvider: new CIContextProvider('sigstore'),
      ...(fulcio === undefined ? {} : { fulcioBaseURL: fulcio }),
    });
  const signer = key === undefined ? byIdentity() : await keyHolder(key);
  const log = { entryType: 'dsse', ...(rekor === undefined ? {} : { rekorBaseURL: rekor }) } as const;
  const witnesses = key === undefined || rekor !== undefined ? [new RekorWitness(log)] : [];
  return {
    signFile: async (data) =>
      serialized(await new MessageSignatureBundleBuilder({ signer, witnesses }).create({ data })),
    signStatement: async (data) => {
      const builder = new DSSEBundleBuilder({ signer, witnesses, certificateChain: false });
      return serialized(await builder.create({ data, type: inTotoMediaType }));
    },
  };
}
