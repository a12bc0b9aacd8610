import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { parseBoundedJson, VerifyError } from '../model/index.ts';
import { packed, signedBytes, toBundle } from './bundle.ts';
import type { IdentityToken } from './identity-token.ts';
import { logSignature } from './log-entry.ts';
import type { SigningWeb, StatementSigner } from './statement-signer.ts';

/** A Sigstore to sign with: addresses without a slash at their end. */
export interface SigningServices {
  readonly fulcio: string;
  readonly rekor: string;
}

/** The public good instance. */
export const publicGoodServices: SigningServices = {
  fulcio: 'https://fulcio.sigstore.dev',
  rekor: 'https://rekor.sigstore.dev',
};

const chainSchema = z.object({ chain: z.object({ certificates: z.array(z.string()).min(1) }) });
const answerSchema = z.union([
  z.object({ signedCertificateEmbeddedSct: chainSchema }),
  z.object({ signedCertificateDetachedSct: chainSchema }),
]);

function certificateIn(body: Buffer, host: string): X509Certificate {
  try {
    const answer = answerSchema.parse(parseBoundedJson(body.toString('utf8')));
    const { chain } =
      'signedCertificateEmbeddedSct' in answer
        ? answer.signedCertificateEmbeddedSct
        : answer.signedCertificateDetachedSct;
    return new X509Certificate(chain.certificates[0] ?? '');
  } catch (cause) {
    throw new VerifyError('signing.failed', `${host} answers with no certificate`, {
      hint: 'see whether --fulcio names the right authority',
      cause,
    });
  }
}

/** The certificate's subject: the one name that Fulcio writes into it (fulcio, docs/oidc.md). */
function identityIn({ subjectAltName = '' }: X509Certificate): string {
  return subjectAltName.replace(/^(?:email|URI|DNS):/, '');
}

/**
 * Signs with a key that is made for one signature, which an authority certifies for an identity, and has it recorded in a log.
 * @throws VerifyError `signing.failed`, `registry.unreachable` when it signs
 */
export function keylessSigner(identity: IdentityToken, services: SigningServices, web: SigningWeb): StatementSigner {
  return {
    async sign(statement) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const url = `${services.fulcio}/api/v2/signingCert`;
      const { host } = new URL(url);
      const proof = sign('sha256', Buffer.from(identity.subject), privateKey).toString('base64');
      const content = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const { status, body } = await web({
        url,
        json: {
          credentials: { oidcIdentityToken: identity.token },
          publicKeyRequest: { publicKey: { algorithm: 'ECDSA', content }, proofOfPossession: proof },
        },
      });
      if (status !== 200 && status !== 201) {
        throw new VerifyError('signing.failed', `${host} certifies no key for ${identity.subject} (${status})`, {
          hint: 'the identity token may be too old, or of an issuer that this authority does not know',
        });
      }
      const certificate = certificateIn(body, host);
      const signature = sign('sha256', signedBytes(statement), privateKey);
      const bundle = toBundle(statement, signature, { certificate: certificate.raw });
      const entry = await logSignature(web, services.rekor, bundle, certificate.toString());
      return packed(bundle, [entry], { kind: 'keyless', identity: identityIn(certificate), issuer: identity.issuer });
    },
  };
}
