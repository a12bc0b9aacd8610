import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultIdentity, type IdentityClaims, identityToken } from './identity-token.ts';
import { pinned } from './images.ts';
import { mustRun, type Outcome, type RunningLab, run } from './running-lab.ts';

/** Who signs: the holder of a private key (a path), or the bearer of an identity. */
export type Signer = { readonly key: string } | { readonly identity: IdentityClaims };

/** Where the time of a signature is recorded. `rekor2-timestamp` is cosign 3's alone. */
export type Witness = 'none' | 'rekor1' | 'timestamp' | 'rekor1-timestamp' | 'rekor2-timestamp';

export interface SignOptions {
  readonly signer: Signer;
  /** 2 writes a `.sig` tag, 3 a bundle among the referrers. */
  readonly cosign: 2 | 3;
  /** By key nothing, by identity Rekor v1, where nothing is said. */
  readonly witness?: Witness;
  /** Further options of `cosign sign` or `cosign attest`. */
  readonly more?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What cosign 2 needs to trust the test Sigstore. */
export function cosign2Trust(lab: RunningLab): Record<string, string> {
  const file = (name: string): string => join(lab.home, 'sigstore', name);
  return {
    SIGSTORE_REKOR_PUBLIC_KEY: file('rekor.pub'),
    SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: file('ctfe.pub'),
    SIGSTORE_ROOT_FILE: file('fulcio.pem'),
    SIGSTORE_TSA_CERTIFICATE_FILE: file('tsa.pem'),
  };
}

/** cosign 3's signing configuration for a witness, made once and kept. */
async function signingConfiguration(lab: RunningLab, witness: Witness): Promise<string> {
  const file = join(lab.home, 'sigstore', `signing-${witness}-${new URL(lab.sigstore).port}.json`);
  if (existsSync(file)) {
    return file;
  }
  const service = (url: string, version: number): string =>
    `url=${url},api-version=${version},start-time=2024-01-01T00:00:00Z,operator=lab`;
  const rekor = (version: number): string[] => ['--rekor', service(lab.sigstore, version), '--rekor-config', 'ANY'];
  const authority = ['--tsa', service(`${lab.sigstore}/api/v1/timestamp`, 1), '--tsa-config', 'ANY'];
  const witnesses: Readonly<Record<Witness, readonly string[]>> = {
    none: [],
    rekor1: rekor(1),
    timestamp: authority,
    'rekor1-timestamp': [...rekor(1), ...authority],
    'rekor2-timestamp': [...rekor(2), ...authority],
  };
  const certificates = ['--fulcio', service(lab.sigstore, 1), '--oidc-provider', service(lab.sigstore, 1)];
  const temporary = `${file}.${process.pid}.${Math.random()}`;
  const parameters = ['signing-config', 'create', ...certificates, ...witnesses[witness], '--out', temporary];
  await mustRun(lab, lab.cosign3, parameters);
  await rename(temporary, file);
  return file;
}

function cosign2Options(lab: RunningLab, signer: Signer, witness: Witness): string[] {
  const log = witness.startsWith('rekor1');
  return [
    ...('key' in signer ? [] : ['--fulcio-url', lab.sigstore]),
    ...(log ? ['--rekor-url', lab.sigstore] : ['--tlog-upload=false']),
    ...(witness.endsWith('timestamp') ? ['--timestamp-server-url', `${lab.sigstore}/api/v1/timestamp`] : []),
  ];
}

async function cosign(
  lab: RunningLab,
  verb: readonly string[],
  reference: string,
  { signer, cosign: version, witness, more = [], env = {} }: SignOptions,
): Promise<string> {
  const recorded = witness ?? ('key' in signer ? 'none' : 'rekor1');
  const who = 'key' in signer ? ['--key', signer.key] : ['--identity-token', identityToken(signer.identity)];
  const how =
    version === 2
      ? cosign2Options(lab, signer, recorded)
      : ['--signing-config', await signingConfiguration(lab, recorded), '--trusted-root', lab.trustedRoot];
  const subject = await pinned(lab, reference);
  await mustRun(
    lab,
    version === 2 ? lab.cosign2 : lab.cosign3,
    [...verb, '--yes', '--allow-http-registry', ...who, ...how, ...more, subject],
    { env: version === 2 ? { ...cosign2Trust(lab), ...env } : env },
  );
  return subject;
}

/** Signs what `reference` names now, with real cosign. Answers `repository@digest`. */
export function sign(lab: RunningLab, reference: string, options: SignOptions): Promise<string> {
  return cosign(lab, ['sign'], reference, options);
}

/** Attests a predicate (an object, written as JSON) of a type that cosign knows, or of a URI. Answers `repository@digest`. */
export async function attest(
  lab: RunningLab,
  reference: string,
  predicate: { readonly type: string; readonly content: unknown },
  options: SignOptions,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-predicate-'));
  try {
    const file = join(folder, 'predicate.json');
    await writeFile(file, JSON.stringify(predicate.content));
    return await cosign(lab, ['attest', '--type', predicate.type, '--predicate', file], reference, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Whom `cosign verify` is to accept: a public key (a path), or an identity from an issuer. */
export type Expected = { readonly key: string } | { readonly identity: string; readonly issuer?: string };

/** Runs real `cosign verify` on what `reference` names now: the judge that the fixtures and our own verdicts are held against. */
export async function cosignVerify(
  lab: RunningLab,
  reference: string,
  expected: Expected,
  options: { readonly cosign: 2 | 3; readonly witness?: Witness; readonly more?: readonly string[] },
): Promise<Outcome> {
  const witness = options.witness ?? ('key' in expected ? 'none' : 'rekor1');
  const who =
    'key' in expected
      ? ['--key', expected.key]
      : [
          '--certificate-identity',
          expected.identity,
          '--certificate-oidc-issuer',
          expected.issuer ?? defaultIdentity.issuer,
        ];
  const logless = witness.startsWith('rekor') ? [] : ['--insecure-ignore-tlog=true'];
  const stamped = witness.endsWith('timestamp') ? ['--use-signed-timestamps'] : [];
  const root = options.cosign === 3 ? ['--trusted-root', lab.trustedRoot] : [];
  const parameters = [
    'verify',
    '--allow-http-registry',
    ...who,
    ...logless,
    ...stamped,
    ...root,
    ...(options.more ?? []),
  ];
  return run(lab, options.cosign === 3 ? lab.cosign3 : lab.cosign2, [...parameters, await pinned(lab, reference)], {
    env: options.cosign === 2 ? cosign2Trust(lab) : {},
  });
}
