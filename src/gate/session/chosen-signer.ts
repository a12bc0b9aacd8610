import { resolve } from 'node:path';
import { readBoundedInput, VerifyError } from '../../model/index.ts';
import {
  ambientIdentity,
  hasIdentity,
  keylessSigner,
  keySigner,
  publicGoodServices,
  type SigningWeb,
  type StatementSigner,
  unsigned,
} from '../../signing/index.ts';
import { openWebClient, type Session } from './session.ts';

/** How what is pushed is to be signed, as written on the command line. */
export interface SigningOptions {
  /** A file with a private key; null for none. */
  readonly key: string | null;
  readonly keyPasswordFile: string | null;
  readonly unsigned: boolean;
  /** Addresses of a private Sigstore; null for the public good one. */
  readonly fulcio: string | null;
  readonly rekor: string | null;
}

const mostAnswer = 1024 * 1024;
const mostKey = 64 * 1024;

/** The services of a Sigstore, asked through our own client: the run's proxies, authorities, bounds and time. */
function signingWeb(session: Session): SigningWeb {
  return async ({ url, json, bearer }) => {
    const client = openWebClient(session);
    const body =
      json === undefined ? {} : { body: { type: 'application/json', bytes: Buffer.from(JSON.stringify(json)) } };
    try {
      return await client.request({ url, limit: mostAnswer, ...body, ...(bearer === undefined ? {} : { bearer }) });
    } finally {
      client.close();
    }
  };
}

async function readFileOf(session: Session, file: string): Promise<Buffer> {
  try {
    return await readBoundedInput(resolve(session.environment.workingDirectory, file), mostKey);
  } catch (cause) {
    throw new VerifyError('usage.invalid', `${file} cannot be read`, { place: { file }, cause });
  }
}

function addressOf(option: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new VerifyError('usage.invalid', `${option} takes an address, not ${text.slice(0, 100)}`, {
    hint: `write ${option} https://…`,
  });
}

async function withKey(session: Session, file: string, { keyPasswordFile }: SigningOptions): Promise<StatementSigner> {
  const pem = (await readFileOf(session, file)).toString('utf8');
  const given = keyPasswordFile === null ? null : (await readFileOf(session, keyPasswordFile)).toString('utf8');
  // an editor's last line end is no part of a password; an empty variable is an empty password, which cosign takes too
  const password = given?.replace(/\r?\n$/, '') ?? session.environment.variables['COSIGN_PASSWORD'] ?? null;
  return keySigner(pem, password === null ? null : Buffer.from(password), file);
}

/** Refuses what contradicts itself, before anything is looked up. */
function refuseContradiction({ key, keyPasswordFile, unsigned: isUnsigned, fulcio, rekor }: SigningOptions): void {
  const refusal = (what: string): VerifyError =>
    new VerifyError('usage.invalid', what, { hint: 'write --key FILE, or --unsigned, or neither in a CI job' });
  if (isUnsigned && key !== null) throw refusal('--unsigned and --key exclude each other');
  if (key === null && keyPasswordFile !== null) throw refusal('--key-password-file needs --key');
  if ((isUnsigned || key !== null) && (fulcio ?? rekor) !== null)
    throw refusal('--fulcio and --rekor are for signing with an identity');
}

/**
 * The signer: the key that was named, else the identity that is ambient (GitHub Actions, or `SIGSTORE_ID_TOKEN`).
 * @throws VerifyError `usage.invalid` where there is neither, `signing.failed`
 */
export async function chosenSigner(session: Session, signing: SigningOptions): Promise<StatementSigner> {
  refuseContradiction(signing);
  if (signing.unsigned) return unsigned;
  if (signing.key !== null) return await withKey(session, signing.key, signing);
  const services = {
    fulcio: signing.fulcio === null ? publicGoodServices.fulcio : addressOf('--fulcio', signing.fulcio),
    rekor: signing.rekor === null ? publicGoodServices.rekor : addressOf('--rekor', signing.rekor),
  };
  if (!hasIdentity(session.environment)) {
    throw new VerifyError('usage.invalid', 'there is nothing to sign with: no key, and no identity of a CI job', {
      hint: 'write --key FILE; or run it in GitHub Actions with `permissions: id-token: write`, or in GitLab with SIGSTORE_ID_TOKEN; or say --unsigned',
    });
  }
  const web = signingWeb(session);
  return keylessSigner(await ambientIdentity(session.environment, web), services, web);
}
