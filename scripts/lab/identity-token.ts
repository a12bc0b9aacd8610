import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** What a token says of its bearer. `x_san` is the test Sigstore's own claim: a URI that becomes the certificate's subject. */
export interface IdentityClaims {
  readonly email?: string;
  readonly iss?: string;
  readonly sub?: string;
  readonly x_san?: string;
  readonly [claim: string]: string | number | boolean | undefined;
}

/** The issuer and e-mail address that a token names where the caller says nothing else. */
export const defaultIdentity = { issuer: 'https://issuer.example.test', email: 'builder@example.test' } as const;

/** The issuer of GitHub's workflow tokens. */
export const githubIssuer = 'https://token.actions.githubusercontent.com';

let signingKey: KeyObject | undefined;

/** An OpenID token that cosign takes: it reads the claims only, the test Sigstore checks no signature. cosign wants RS256. */
export function identityToken(claims: IdentityClaims = {}): string {
  signingKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: defaultIdentity.issuer,
    sub: 'subject-1',
    aud: 'sigstore',
    email: defaultIdentity.email,
    email_verified: true,
    iat: now,
    nbf: now,
    exp: now + 36_000,
    ...claims,
  };
  const text = [{ alg: 'RS256', typ: 'JWT', kid: 'lab' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sign('sha256', Buffer.from(text), signingKey).toString('base64url')}`;
}

/** The claims of a GitHub workflow's token: `workflow` is a path in the repository, `ref` a full git reference. */
export function githubWorkflowClaims(options: {
  readonly repository: string;
  readonly workflow?: string;
  readonly ref?: string;
  readonly runner?: 'github-hosted' | 'self-hosted';
}): IdentityClaims {
  const {
    repository,
    workflow = '.github/workflows/release.yml',
    ref = 'refs/heads/main',
    runner = 'github-hosted',
  } = options;
  const commit = '5f0c8fcd9a4b6f0d3c1e2a7b8d9e0f1a2b3c4d5e';
  const workflowReference = `${repository}/${workflow}@${ref}`;
  return {
    iss: githubIssuer,
    sub: `repo:${repository}:ref:${ref}`,
    x_san: `https://github.com/${workflowReference}`,
    repository,
    repository_id: '1001',
    repository_owner: repository.split('/')[0],
    repository_owner_id: '2002',
    repository_visibility: 'public',
    ref,
    sha: commit,
    workflow: 'release',
    workflow_ref: workflowReference,
    workflow_sha: commit,
    job_workflow_ref: workflowReference,
    job_workflow_sha: commit,
    event_name: 'push',
    runner_environment: runner,
    run_id: '42',
    run_attempt: '1',
  };
}

if (process.argv[1] === import.meta.filename) {
  const claims: IdentityClaims = JSON.parse(process.argv[2] ?? '{}');
  process.stdout.write(identityToken(claims));
}
