import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testPolicies } from '../../../../src/policy/index.ts';
import { environmentIn, folderOf, policiesOf } from '../support/policies.ts';
import { files } from '../support/verdict.ts';

const policy = `version: 1
default: deny
rules:
  - {name: acme, images: ["ghcr.io/acme/**"], signedBy: [{key: acme.pub}], require: {maxAge: 30d}}
  - {name: keyless, images: ["quay.io/**"], signedBy: [{keyless: {issuer: i, identity: me}, claims: {ref: "refs/tags/*"}}]}
`;
const table = (tests: string): string =>
  `version: 1\npolicies: [policy.yaml]\nnow: "2026-07-01T00:00:00Z"\ntests:\n${tests}`;

async function run(text: string, inForce = async () => policiesOf({})) {
  const folder = await folderOf({ ...files, 'policy.yaml': policy, 'tests.yaml': text });
  return testPolicies(join(folder, 'tests.yaml'), environmentIn(folder), inForce);
}

describe('a table of policy tests', () => {
  it('passes where the policy gives the verdicts that it expects', async () => {
    const results = await run(
      table(`  - {image: ghcr.io/acme/app:1, evidence: [{key: acme.pub, time: "2026-06-20T00:00:00Z"}], expect: allow}
  - {image: ghcr.io/acme/app:1, evidence: [{key: acme.pub, time: "2026-01-20T00:00:00Z"}], expect: {status: block, findings: [image.too-old]}}
  - {image: ghcr.io/acme/app:1, evidence: [{key: other.pub}], expect: {status: block, verified: false, findings: [signature.identity-mismatch], rule: acme}}
  - {image: ghcr.io/acme/app:1, unreachable: "503", expect: error}
  - {image: quay.io/x, evidence: [{keyless: {issuer: i, identity: me}, claims: {ref: refs/tags/v1}}], expect: {verified: true}}
  - {image: quay.io/x, platforms: [linux/amd64, linux/arm64], evidence: [{keyless: {issuer: i, identity: me}, claims: {ref: refs/tags/v1}, on: linux/arm64}], expect: {findings: [signature.platform-uncovered]}}
  - {image: quay.io/x, evidence: [{keyless: {issuer: i, identity: me}, problem: certificate-expired}], expect: {findings: [signature.certificate-expired]}}
  - {image: alpine, expect: {status: block, findings: [policy.default]}}
`),
    );
    expect(results.map(({ differences }) => differences)).toEqual(results.map(() => []));
    expect(results.every(({ passed }) => passed)).toBe(true);
  });

  it('says what differs where it does not', async () => {
    const [result] = await run(
      table('  - {name: mine, image: alpine, expect: {status: allow, verified: true, findings: [], rule: acme}}\n'),
    );
    expect(result).toMatchObject({ name: 'mine', passed: false, line: 5 });
    expect(result?.differences).toEqual([
      'status: expected "allow", found "block"',
      'verified: expected true, found false',
      'findings: expected [], found ["policy.default"]',
      'rule: expected acme, found the default',
    ]);
  });

  it('runs against the policies in force where it names none', async () => {
    const [result] = await run(
      'version: 1\ntests: [{image: cgr.dev/chainguard/go, expect: {findings: [publisher.unsigned]}}]\n',
    );
    expect(result?.passed).toBe(true);
  });

  it('are named by their number, and by their path as seen from the current folder', async () => {
    const folder = await folderOf({
      ...files,
      'policy.yaml': policy,
      'tests.yaml': table('  - {image: a, expect: allow}\n  - {image: a, expect: block}\n'),
    });
    const here = await testPolicies(join(folder, 'tests.yaml'), environmentIn(folder), async () => policiesOf({}));
    expect(here.map(({ name, line, image, passed }) => [name, line, image, passed])).toEqual([
      ['test 1', 5, 'a', false],
      ['test 2', 6, 'a', true],
    ]);
    const bad = await folderOf({ 'tests.yaml': 'version: 2\ntests: []\n' });
    const from = async (workingDirectory: string) =>
      testPolicies(join(bad, 'tests.yaml'), environmentIn(workingDirectory), async () => policiesOf({}));
    await expect(from(bad)).rejects.toThrow(/^tests\.yaml:1:/);
    await expect(from(join(bad, '..'))).rejects.toThrow(/^policy-[^/]*\/tests\.yaml:1:/);
    await expect(from(folder)).rejects.toThrow(/^\.\.\/policy-[^/]*\/tests\.yaml:1:/);
  });

  it('may name policies by their whole path, and expect the rule of any of them', async () => {
    const folder = await folderOf({
      ...files,
      'policy.yaml': policy,
      'second.yaml': policy.replace('name: acme', 'name: second'),
    });
    const tests = `version: 1
policies: [${join(folder, 'policy.yaml')}, second.yaml]
tests:
  - {image: ghcr.io/acme/app, expect: {rule: acme}}
  - {image: ghcr.io/acme/app, expect: {rule: second}}
  - {image: ghcr.io/acme/app, expect: {rule: third, verified: false}}
`;
    await writeFile(join(folder, 'tests.yaml'), tests);
    const found = await testPolicies(join(folder, 'tests.yaml'), environmentIn(folder), async () => policiesOf({}));
    expect(found.map(({ differences }) => differences)).toEqual([[], [], ['rule: expected third, found acme, second']]);
  });

  it.each([
    ['an unknown field', '  - {image: a, expcet: allow}\n', /unknown field "expcet"; did you mean "expect"\?/],
    ['an image that is none', '  - {image: "A:", expect: allow}\n', /tests\.yaml:5:\d+: .*not an image reference/],
    [
      'a platform that is not asked for',
      '  - {image: a, evidence: [{on: linux/s390x}], expect: allow}\n',
      /does not ask for/,
    ],
    ['a key that is not there', '  - {image: a, evidence: [{key: none.pub}], expect: allow}\n', /no such file/],
  ])('is refused with %s', async (_, tests, message) => {
    await expect(run(table(tests))).rejects.toThrow(message);
  });
});
