import { describe, expect, it } from 'vitest';
import { decide } from '../../support/decide.ts';
import { byKey, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const key = freshKey();
const rule = (extra = ''): string =>
  `version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: acme.pub}]\n${extra}`;

describe('a policy that makes no sense', () => {
  it.each([
    ['an unknown field', 'version: 1\nmoed: warn\n', '2:1', 'unknown field "moed"; did you mean "mode"?'],
    [
      'an unknown field of a rule',
      'version: 1\nrules:\n  - images: ["**"]\n    signedby: []\n',
      '4:5',
      'did you mean "signedBy"?',
    ],
    [
      'an unknown field of a signer',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyles: {}\n',
      '5:9',
      'did you mean "keyless"?',
    ],
    [
      'an unknown field that is like no other',
      'version: 1\nzzzzzzzz: 1\n',
      '2:1',
      'known fields are version, mode, default',
    ],
    [
      'a word of YAML 1.1 for true',
      'version: 1\nrules: [{images: ["a"], locked: yes}]\n',
      '2:33',
      'locked: "yes" does not fit here; write true',
    ],
    ['no version', 'mode: warn\n', '1:1', 'version: it is missing'],
    ['another version', 'version: 2\n', '1:10', 'expected 1, found 2'],
    ['a version in quotes', 'version: "1"\n', '1:10', 'version: expected 1, found "1"'],
    [
      'a list without entries',
      'version: 1\nrules: [{images: [], locked: true}]\n',
      '2:18',
      'images: expected at least 1 entry',
    ],
    ['a mode that is none', 'version: 1\nmode: enforced\n', '2:7', 'did you mean "enforce"?'],
    [
      'a default that is none',
      'version: 1\ndefault: block\n',
      '2:10',
      'expected "deny" or "warn" or "allow", found "block"',
    ],
    ['a bad glob', 'version: 1\nrules:\n  - images: ["a b"]\n    signedBy: []\n', '3:14', 'not an image pattern'],
    [
      'a glob with a digest',
      'version: 1\nrules:\n  - images: ["a@sha256:00"]\n    signedBy: []\n',
      '3:14',
      'it names a digest',
    ],
    [
      'a glob in upper case',
      'version: 1\nrules:\n  - images: ["ghcr.io/Acme/*"]\n    signedBy: []\n',
      '3:14',
      'lower case',
    ],
    [
      'one image that is no list',
      'version: 1\nrules:\n  - images: alpine\n    signedBy: []\n',
      '3:13',
      'expected a list, found "alpine"; write ["alpine"]',
    ],
    ['a word where a table belongs', 'version: 1\nrules: [one]\n', '2:9', /expected [^;]*, found "one"$/],
    [
      'a number where a list belongs',
      'version: 1\nrules:\n  - images: 3\n    signedBy: []\n',
      '3:13',
      /images: expected a list, found 3$/,
    ],
    [
      'a timestamp that no authority may make',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - notation:\n          subject: CN=x\n          ca: acme.pub\n          timestamp: required\n',
      '8:22',
      'a timestamp that is required needs a tsa',
    ],
    ['no images', 'version: 1\nrules:\n  - images: []\n    signedBy: []\n', '3:13', 'images'],
    [
      'a bad regular expression',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identityRegexp: "a(b"}\n',
      '5:48',
      'not a regular expression',
    ],
    [
      'an expression that only anchoring would close',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identityRegexp: "a)|(b"}\n',
      '5:48',
      'not a regular expression',
    ],
    [
      'a look-behind, which RE2 has not',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identityRegexp: "(?<=a)b"}\n',
      '5:48',
      'not a regular expression',
    ],
    [
      'no identity',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x"}\n',
      '5:18',
      'exactly one of identity and identityRegexp',
    ],
    [
      'two identities',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identity: "a", identityRegexp: "b"}\n',
      '5:18',
      'exactly one of',
    ],
    [
      'an empty identity',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identity: ""}\n',
      '5:42',
      'identity',
    ],
    [
      'no issuer',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {identity: "x"}\n',
      '5:18',
      'issuer: it is missing',
    ],
    [
      'two kinds of signer',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - key: acme.pub\n        publisher: chainguard\n',
      '5:9',
      'exactly one of publisher, keyless, key, notation and certificate',
    ],
    [
      'a rule without anything that must hold',
      'version: 1\nrules:\n  - images: ["**"]\n',
      '3:5',
      'something that must hold',
    ],
    [
      'a rule that asks for a digest only',
      'version: 1\nrules:\n  - images: ["**"]\n    require: {digest: true}\n',
      '3:5',
      'something that must hold',
    ],
    ['an empty rule', 'version: 1\nrules: [{}]\n', '2:9', 'images: it is missing'],
    ['a threshold of nought', rule('    threshold: 0\n'), '5:16', 'threshold'],
    ['a threshold beyond the signers', rule('    threshold: 2\n'), '3:5', 'threshold is 2, but signedBy has 1'],
    ['a threshold that is no whole number', rule('    threshold: 1.5\n'), '5:16', 'threshold'],
    ['a duration of zero', rule('    require: {maxAge: 0d}\n'), '5:23', 'zero is no duration'],
    ['a duration of zero in parts', rule('    require: {minAge: 0d00h}\n'), '5:23', 'zero is no duration'],
    ['a duration that is none', rule('    require: {maxAge: "90 days"}\n'), '5:23', 'not a duration'],
    [
      'an attestation of an unknown type',
      rule('    require: {attestations: [{type: provenance}]}\n'),
      '5:37',
      'not a predicate type',
    ],
    [
      'an attestation without a required signer',
      'version: 1\nrules:\n  - images: ["**"]\n    locked: true\n    require: {attestations: [{type: sbom}]}\n',
      '3:5',
      'own signedBy',
    ],
    [
      'where for an SBOM',
      rule('    require: {attestations: [{type: sbom, where: {builder: x}}]}\n'),
      '5:50',
      'provenance only',
    ],
    [
      'a verifier of what is no summary',
      rule('    require: {attestations: [{type: slsa-provenance, where: {verifier: x}}]}\n'),
      '5:61',
      'verification summary (vsa) alone',
    ],
    [
      'a builder of a verification summary',
      rule('    require: {attestations: [{type: vsa, where: {builder: x}}]}\n'),
      '5:49',
      'provenance only',
    ],
    [
      'a missing key file',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: keys/none.pub}]\n',
      '4:22',
      'keys/none.pub cannot be read: there is no such file',
    ],
    [
      'a key that is none',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: docker-verify.yaml}]\n',
      '4:22',
      'it is not PEM',
    ],
    [
      'a key in the cloud',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "awskms:///x"}]\n',
      '4:22',
      'not supported',
    ],
    [
      'a key over plain HTTP',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "http://x/y.pub"}]\n',
      '4:22',
      'not supported',
    ],
    [
      'a key to be fetched without its SHA-256',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "https://x/y.pub"}]\n',
      '4:16',
      'needs its sha256',
    ],
    [
      'an unknown publisher',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{publisher: chaingard}]\n',
      '4:28',
      'did you mean "chainguard"?',
    ],
    ['a key twice in a mapping', 'version: 1\nmode: warn\nmode: enforce\n', '3:1', 'there twice'],
    [
      'a merge key',
      'version: 1\nrules:\n  - &r {images: ["**"], signedBy: []}\n  - {<<: *r}\n',
      '4:6',
      'unknown field "<<"',
    ],
    ['two documents', 'version: 1\n---\nversion: 1\n', '3:1', 'a second document'],
    ['no YAML', 'version: [1\n', '2:1', ''],
    ['a list', '- 1\n', '1:1', 'expected a mapping, found a list'],
    ['nothing', '', '1:1', 'expected a mapping, found nothing'],
    ['a tag of its own', 'version: !x 1\n', '1:10', ''],
    ['builtin: off in a project', 'version: 1\nbuiltin: off\n', '2:10', "does not stand in a project's policy"],
    [
      'a mirror that maps a tag',
      'version: 1\nmirrors: {"a.example.com/x:1": "docker.io/x:1"}\n',
      '2:32',
      'without tags',
    ],
    ['a mirror with one wildcard', 'version: 1\nmirrors: {"a.example.com/**": "docker.io/x"}\n', '2:31', 'both sides'],
    ['a publishers file that is not there', 'version: 1\npublishers: x.yaml\n', '2:13', 'x.yaml cannot be read'],
  ])('names the place of %s', async (_, project, place, message) => {
    const loading = policiesOf({ project, files: { 'acme.pub': key } });
    await expect(loading).rejects.toMatchObject({ code: 'policy.invalid' });
    await expect(loading).rejects.toThrow(`docker-verify.yaml:${place}: `);
    await expect(loading).rejects.toThrow(message);
  });

  it('refuses a private key, wherever it stands', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(policiesOf({ project: rule(), files: { 'acme.pub': pem } })).rejects.toThrow(/private key/);
  });

  it.each([
    [
      'aliases that explode',
      `version: 1\na: &a [${'x,'.repeat(20)}]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]\n`,
    ],
    ['deep nesting', `version: 1\nx: ${'['.repeat(5_000)}`],
  ])('refuses %s within a second', async (_, project) => {
    const began = performance.now();
    await expect(policiesOf({ project })).rejects.toMatchObject({ code: 'policy.invalid' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('accepts JSON', async () => {
    const policies = await policiesOf({
      project: JSON.stringify({ version: 1, default: 'deny', rules: [{ images: ['**'], signedBy: [{ key }] }] }),
    });
    expect(decide(inputOf('a', [byKey(key)]), policies).status).toBe('allow');
  });
});
