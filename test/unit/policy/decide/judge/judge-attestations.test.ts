import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { byIdentity, byKey, digestOf, githubIssuer, inputOf } from '../../support/evidence.ts';
import { acme, name, other, rule, signed, verdict } from '../../support/verdict.ts';

describe('require.attestations', () => {
  const v1 = (repository: string, builder: string) => ({
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        externalParameters: { workflow: { repository } },
        resolvedDependencies: [{ uri: 'git+https://github.com/evil/x' }],
      },
      runDetails: { builder: { id: builder } },
    },
  });
  const v02 = (uri: string, builder: string) => ({
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: { builder: { id: builder }, invocation: { configSource: { uri } } },
  });
  const attestation = (pem: string, statement: { predicateType: string }, changes: Partial<Evidence> = {}) =>
    byKey(pem, { form: 'attestation', predicateType: statement.predicateType, statement, ...changes });
  const requiring = (entry: string): string => signed(`require: {attestations: [${entry}]}`);
  const where = requiring('{type: slsa-provenance, where: {builder: "https://b/*", sourceRepository: acme/app}}');
  const good = v1('https://github.com/acme/app', 'https://b/x');

  const vsa = (result: string, verifier = 'https://verifier.example.com', policy = 'https://example.com/policy') => ({
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: verifier },
      policy: { uri: policy, digest: { sha256: 'a'.repeat(64) } },
      verificationResult: result,
    },
  });
  const summary = requiring(
    '{type: vsa, where: {verifier: "https://verifier.example.com", policy: "https://example.com/*"}}',
  );
  const byDigest = requiring(`{type: vsa, where: {policy: "sha256:${'a'.repeat(64)}"}}`);

  it.each([
    ['{type: vsa, where: {}}', 'where asks nothing; name verifier, policy, resource or result'],
    ['{type: vsa, where: {builder: "https://b/*"}}', 'where asks about provenance only'],
    ['{type: sbom, where: {verifier: "https://v"}}', 'are asked of a verification summary'],
  ])('is not valid as %s', async (entry, message) => {
    await expect(verdict(requiring(entry), inputOf(name))).rejects.toThrow(message);
  });

  it.each<[string, string, readonly Evidence[], string, string[]]>([
    ['a summary that passed', summary, [byKey(acme), attestation(acme, vsa('PASSED'))], 'allow', []],
    ['a summary by a policy of that digest', byDigest, [byKey(acme), attestation(acme, vsa('PASSED'))], 'allow', []],
    [
      'a summary that failed, though only the type is asked for',
      requiring('{type: vsa}'),
      [byKey(acme), attestation(acme, vsa('FAILED'))],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'a summary without a result',
      requiring('{type: vsa}'),
      [byKey(acme), attestation(acme, { ...vsa('PASSED'), predicate: {} } as ReturnType<typeof vsa>)],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'a summary by another verifier',
      summary,
      [byKey(acme), attestation(acme, vsa('PASSED', 'https://verifier.example.com.evil.example'))],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'a summary by another policy',
      summary,
      [byKey(acme), attestation(acme, vsa('PASSED', 'https://verifier.example.com', 'https://other.example.com/x'))],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'a summary for an image of another repository',
      summary,
      [
        byKey(acme),
        attestation(acme, {
          ...vsa('PASSED'),
          predicate: { ...vsa('PASSED').predicate, resourceUri: 'registry.example.com/dev/app' },
        } as ReturnType<typeof vsa>),
      ],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'a summary by somebody whom the rule does not name',
      summary,
      [byKey(acme), attestation(other, vsa('PASSED'))],
      'block',
      ['attestation.mismatch'],
    ],
    ['one of the type', requiring('{type: slsa-provenance}'), [byKey(acme), attestation(acme, good)], 'allow', []],
    ['none', requiring('{type: slsa-provenance}'), [byKey(acme)], 'block', ['attestation.missing']],
    [
      'one of another type',
      requiring('{type: sbom}'),
      [byKey(acme), attestation(acme, good)],
      'block',
      ['attestation.missing'],
    ],
    [
      'one by somebody else',
      requiring('{type: slsa-provenance}'),
      [byKey(acme), attestation(other, good)],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'one that does not verify',
      requiring('{type: slsa-provenance}'),
      [
        byKey(acme),
        attestation(acme, good, {
          verified: false,
          statement: null,
          problem: { code: 'invalid-signature', message: 'x' },
        }),
      ],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'an attestation in place of a signature',
      requiring('{type: slsa-provenance}'),
      [attestation(acme, good)],
      'block',
      ['signature.missing'],
    ],
    ['what where asks for, v1', where, [byKey(acme), attestation(acme, good)], 'allow', []],
    [
      'what where asks for, v0.2',
      where,
      [byKey(acme), attestation(acme, v02('git+https://github.com/acme/app@refs/heads/main', 'https://b/x'))],
      'allow',
      [],
    ],
    [
      'another repository',
      where,
      [byKey(acme), attestation(acme, v1('https://github.com/evil/app', 'https://b/x'))],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'a longer repository',
      where,
      [byKey(acme), attestation(acme, v02('git+https://github.com/acme/app2@refs/heads/main', 'https://b/x'))],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'a user part that looks like a repository',
      where,
      [byKey(acme), attestation(acme, v02('git+https://github.com/acme/app@evil.example.com/x', 'https://b/x'))],
      'allow',
      [],
    ],
    [
      'another builder',
      where,
      [byKey(acme), attestation(acme, v1('https://github.com/acme/app', 'https://b/x/y'))],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'no statement',
      where,
      [byKey(acme), attestation(acme, good, { statement: null })],
      'block',
      ['attestation.mismatch'],
    ],
    [
      'an SBOM of any version',
      requiring('{type: sbom}'),
      [byKey(acme), attestation(acme, { predicateType: 'https://cyclonedx.org/bom/v1.6' })],
      'allow',
      [],
    ],
    [
      'an SBOM of a type that only begins so',
      requiring('{type: sbom}'),
      [byKey(acme), attestation(acme, { predicateType: 'https://cyclonedx.org/bomb' })],
      'block',
      ['attestation.missing'],
    ],
    [
      'a predicate URI, exactly',
      requiring('{type: "https://example.com/x"}'),
      [byKey(acme), attestation(acme, { predicateType: 'https://example.com/x/1' })],
      'block',
      ['attestation.missing'],
    ],
  ])('%s', async (_, project, evidence, status, codes) => {
    expect(await verdict(project, inputOf(name, evidence))).toMatchObject({ status, codes });
  });

  it('with their own signedBy let an image be trusted that has nothing else', async () => {
    const project = rule(
      `require: {attestations: [{type: slsa-provenance, signedBy: [{keyless: {issuer: "${githubIssuer}", identity: me}}]}]}`,
    );
    const own = byIdentity('me', { form: 'attestation', predicateType: good.predicateType, statement: good });
    expect(await verdict(project, inputOf(name, [own]))).toMatchObject({
      status: 'allow',
      basis: 'attestation',
      decision: { verified: true },
    });
    expect(await verdict(project, inputOf(name, [byIdentity('me')]))).toMatchObject({
      status: 'block',
      codes: ['attestation.missing'],
    });
  });

  it('cover every platform that is asked for', async () => {
    const platforms = [
      { platform: 'linux/amd64', digest: digestOf('amd64') },
      { platform: 'linux/arm64', digest: digestOf('arm64') },
    ];
    const on = (word: string) => attestation(acme, good, { subject: digestOf(word) });
    const project = requiring('{type: slsa-provenance}');
    const partial = await verdict(project, inputOf(name, [byKey(acme), on('amd64')], { image: { platforms } }));
    expect(partial).toMatchObject({ status: 'block', codes: ['signature.platform-uncovered'] });
    const whole = await verdict(
      project,
      inputOf(name, [byKey(acme), on('amd64'), on('arm64')], { image: { platforms } }),
    );
    expect(whole).toMatchObject({
      status: 'allow',
      decision: { platformDigests: [digestOf('amd64'), digestOf('arm64')] },
    });
  });
});
