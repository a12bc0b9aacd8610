import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import type { ConversionAids } from '../../../../../src/policy/convert/public-sigstore.ts';
import {
  microsoftRoot2010,
  microsoftSupplyChainRoot,
  tektonKey,
} from '../../../../../src/policy/publishers/publisher-keys.ts';
import { byIdentity, byKey, image as digest, githubIssuer, keyId } from '../../support/evidence.ts';
import { policiesOf } from '../../support/policies.ts';
import { acme, other } from '../../support/verdict.ts';
import { type ContainersPolicy, containersAllow, type Requirement, type SeenSignature } from '../sources/containers.ts';
import { Comparison, forget, type LooseRule, repositoryIn, seed } from './comparison.ts';

const files: Readonly<Record<string, string>> = {
  'acme.pub': acme,
  'other.pub': other,
  'private-fulcio.pem': microsoftRoot2010,
};
const privateAuthority = await authorityOf('private-fulcio.pem');
const anotherAuthority = keyId(tektonKey);

/** The identifier that an authority in a file has once a policy has named it. */
async function authorityOf(file: string): Promise<string> {
  const entry = `certificate: {ca: ${file}, identity: x}`;
  const project = `version: 1\nrules: [{images: ["**"], signedBy: [{${entry}}]}]\n`;
  const { certificates } = (await policiesOf({ project, files })).material;
  return certificates.find(({ purpose }) => purpose === 'keyless')?.id ?? '';
}

const aids: ConversionAids = {
  readFile: (path) => {
    const known: Readonly<Record<string, string>> = {
      'public-fulcio.pem': microsoftSupplyChainRoot,
      'private-fulcio.pem': microsoftRoot2010,
      'public-rekor.pub': tektonKey,
      'private-rekor.pub': acme,
    };
    return known[path] === undefined ? null : Buffer.from(known[path]);
  },
  publicSigstore: {
    authorities: [[createHash('sha256').update(new X509Certificate(microsoftSupplyChainRoot).raw).digest('hex')]],
    logKeys: [keyId(tektonKey)],
  },
};

describe('containers-policy.json', () => {
  const names = [
    'ghcr.io/acme/app:1',
    'ghcr.io/acme/app:2',
    `ghcr.io/acme/app@${digest}`,
    'ghcr.io/acme/app/sub:1',
    'ghcr.io/acme:1',
    'ghcr.io:5000/acme/app:1',
    'a.example.com/x:1',
    'a.b.example.com:8443/x:1',
    'example.com/x:1',
    'nginx:1',
    'nginxinc/x:1',
    'localhost:5000/x:1',
    'mirror.example.com/git:1',
    'mirror.example.com/git/x:1',
  ];
  const scopes = [
    '',
    '*.example.com',
    '*.com',
    '*.b.example.com',
    '*.Example.com',
    'ghcr.io',
    'ghcr.io:5000',
    'GHCR.io',
    'ghcr.io/acme',
    'ghcr.io/acme/app',
    'ghcr.io/acme/app:1',
    `ghcr.io/acme/app@${digest}`,
    'ghcr.io/acme*',
    'docker.io',
    'docker.io/library',
    'docker.io/library/nginx',
    'docker.io/nginx',
    'docker.io/nginxinc',
    'nginx',
    'acme/app',
    'example.com',
    'example.com:443',
    'localhost:5000',
    'mirror.example.com',
    'mirror.example.com/git',
  ];
  const identity = fc.constantFrom<object | undefined>(
    undefined,
    { type: 'matchExact' },
    { type: 'matchRepoDigestOrExact' },
    { type: 'matchRepository' },
    { type: 'exactReference', dockerReference: 'ghcr.io/acme/app:1' },
    { type: 'exactRepository', dockerRepository: 'ghcr.io/acme/app' },
    { type: 'remapIdentity', prefix: 'mirror.example.com/git', signedPrefix: 'ghcr.io/acme/app' },
    { type: 'remapIdentity', prefix: 'ghcr.io/acme', signedPrefix: 'a.example.com' },
  );
  const rekor = fc.constantFrom(
    {},
    {},
    { rekorPublicKeyPath: 'public-rekor.pub' },
    { rekorPublicKeyPath: 'private-rekor.pub' },
  );
  const signed = fc
    .tuple(
      fc.oneof(
        fc.constantFrom<object>(
          { keyPath: 'acme.pub' },
          { keyPath: 'other.pub' },
          { keyPaths: ['acme.pub', 'other.pub'] },
        ),
        fc.constantFrom('public-fulcio.pem', 'public-fulcio.pem', 'private-fulcio.pem', 'absent.pem').map((caPath) => ({
          fulcio: { caPath, oidcIssuer: githubIssuer, subjectEmail: 'me@example.com' },
          rekorPublicKeyPath: 'public-rekor.pub',
        })),
      ),
      rekor,
      identity,
    )
    .map(([who, log, signedIdentity]) => ({
      type: 'sigstoreSigned',
      ...log,
      ...who,
      ...(signedIdentity === undefined ? {} : { signedIdentity }),
    }));
  const one: fc.Arbitrary<Requirement> = fc.oneof(
    { weight: 8, arbitrary: signed },
    { weight: 1, arbitrary: fc.constant({ type: 'insecureAcceptAnything' }) },
    { weight: 1, arbitrary: fc.constant({ type: 'reject' }) },
    { weight: 1, arbitrary: fc.constant({ type: 'signedBy', keyType: 'GPGKeys', keyPath: 'x' }) },
  );
  const requirements = fc.oneof(
    { weight: 4, arbitrary: one.map((requirement) => [requirement]) },
    { weight: 1, arbitrary: fc.array(one, { minLength: 2, maxLength: 2 }) },
  );
  const policy: fc.Arbitrary<ContainersPolicy> = fc.record({
    default: requirements,
    transports: fc.record({ docker: fc.dictionary(fc.constantFrom(...scopes), requirements, { maxKeys: 6 }) }),
  });

  /** What could be signed for an image: for itself, for another tag, for none, for other names. */
  function signaturesFor(name: string): readonly SeenSignature[] {
    const repository = repositoryIn(name);
    const called = [name, `${repository}:1`, repository, 'ghcr.io/acme/app:1', 'a.example.com/app:1', null];
    return called.flatMap((signedName) => [
      { by: { key: 'acme.pub' }, logged: false, name: signedName },
      { by: { key: 'other.pub' }, logged: true, name: signedName },
      { by: { issuer: githubIssuer, email: 'me@example.com' }, logged: true, name: signedName },
      ...[true, false].map((logged) => ({
        by: { issuer: githubIssuer, email: 'me@example.com', isPrivate: true },
        logged,
        name: signedName,
      })),
      {
        by: { issuer: 'https://other.example', email: 'me@example.com', isPrivate: true },
        logged: true,
        name: signedName,
      },
      { by: { issuer: githubIssuer, email: 'you@example.com', isPrivate: true }, logged: true, name: signedName },
    ]);
  }

  function evidenceOf({ by, logged, name }: SeenSignature): Evidence {
    const repository = name === null ? null : repositoryIn(name);
    const named = {
      repository,
      ...(name === null ? {} : { signedName: name }),
      ...(logged ? {} : { log: null, time: null, timeSource: null }),
    };
    if ('key' in by) return byKey(files[by.key] ?? '', named);
    const keyless = byIdentity(by.email, named, by.issuer);
    if (by.isPrivate !== true) return { ...keyless, materials: [anotherAuthority] };
    const subject = 'CN=me';
    return {
      ...keyless,
      signer: { kind: 'certificate', subject },
      certificate: { subject, names: [by.email], issuer: by.issuer },
      // the log that proves when it was signed is public Sigstore's
      materials: [privateAuthority, ...(keyless.trustedRoot === null ? [] : [keyless.trustedRoot])],
    };
  }

  async function run(runs: number, loosen?: (rule: LooseRule) => void): Promise<Comparison> {
    const tally = new Comparison(files, aids, loosen);
    for (const source of fc.sample(policy, { seed, numRuns: runs })) {
      const questions = names.flatMap((name) =>
        [[], ...signaturesFor(name).map((signature) => [signature]), signaturesFor(name)].map((signatures) => ({
          name,
          evidence: signatures.map(evidenceOf),
          allowed: containersAllow(source, name, signatures),
        })),
      );
      await tally.ask(JSON.stringify(source), questions);
      if (loosen !== undefined && tally.looser.length > 0) break;
    }
    return tally;
  }

  it('becomes nothing looser, whatever its scopes, signers and names', { timeout: 120_000 }, async () => {
    const tally = await run(80);
    tally.report('containers-policy.json');
    expect(tally.looser.slice(0, 1)).toEqual([]);
    expect(tally.allowed).toBeGreaterThan(800);
  });

  it.each<[string, (rule: LooseRule) => void]>([
    ['the name that is signed', (rule) => forget(rule, 'signedIdentity')],
    [
      'the repository',
      (rule) => {
        forget(rule, 'sameRepository');
        forget(rule, 'signedIdentity');
      },
    ],
    ['the log', (rule) => forget(rule, 'log')],
    [
      'the name in a certificate of a private authority',
      (rule) => {
        for (const { certificate } of rule['signedBy'] as { certificate?: Record<string, string> }[])
          if (certificate !== undefined) {
            delete certificate['identity'];
            certificate['identityRegexp'] = '.*';
          }
      },
    ],
    [
      'ports',
      (rule) => {
        rule['images'] = (rule['images'] as string[]).filter((pattern) => !pattern.endsWith(':*/**'));
      },
    ],
  ])('would be found looser if it forgot %s', { timeout: 120_000 }, async (_, loosen) => {
    expect((await run(300, loosen)).looser.length).toBeGreaterThan(0);
  });
});
