import { describe, expect, it } from 'vitest';
import { acmePolicy, lab, type Outcome, projectFolder, runVerify } from '../support/lab.ts';

const { registry } = lab();
const table = `version: 1
tests:
  - name: signed by acme
    image: ${registry}/signed/base:1
    evidence: [{key: acme.pub}]
    expect: allow
  - name: unsigned
    image: ${registry}/signed/base:1
    expect: block
`;

async function policy(words: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const folder = await projectFolder({ 'docker-verify.yaml': acmePolicy(), ...files });
  return await runVerify(['policy', ...words], { cwd: folder, stdin: '' });
}

describe('policy', () => {
  it('check says what is in force, and names the place and the nearest name of a mistake', async () => {
    expect(await policy(['check'])).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse((await policy(['check', '--format', 'json'])).stdout)).toMatchObject({
      mode: 'enforce',
      rules: 1,
    });
    const wrong = await policy(['check'], { 'docker-verify.yaml': 'version: 1\nrulez: []\n' });
    expect(wrong).toMatchObject({ status: 78, stdout: '' });
    expect(wrong.stderr).toMatch(/docker-verify\.yaml:2:1: .*rulez.*rules/);
  });

  it('explain says what is attached, whether it counts, and which rule decides', async () => {
    const signed = await policy(['explain', `${registry}/signed/base:1`]);
    expect(signed.stdout).toMatch(
      /: allow\n.*attached:\n.*by acme .*: counts\n(?:.*\n)*.*→ "acme" \(docker-verify\.yaml:\d+\) decides, allow: /,
    );
    const wrong = await policy(['explain', '--format', 'json', `${registry}/wrong/base:1`]);
    expect(JSON.parse(wrong.stdout).images[0]).toMatchObject({ decision: { status: 'block' } });
    expect((await policy(['explain', '.'])).status).toBe(64);
  });

  it('test runs a table without a registry, and fails where a verdict is another: 10', async () => {
    const good = await policy(['test', 'table.yaml'], { 'table.yaml': table });
    expect(good).toMatchObject({ status: 0, stdout: expect.stringContaining('2 passed, 0 failed') });
    const bad = await policy(['test', 'table.yaml'], { 'table.yaml': table.replace('block', 'allow') });
    expect(bad).toMatchObject({ status: 10, stdout: expect.stringContaining('1 passed, 1 failed') });
  });

  it('convert prints a policy that is enforced as it is', async () => {
    const trusted = { type: 'sigstoreSigned', keyPath: 'acme.pub' };
    const containers = { default: [{ type: 'reject' }], transports: { docker: { [registry]: [trusted] } } };
    const { status, stdout } = await policy(['convert', 'p.json'], { 'p.json': JSON.stringify(containers) });
    expect(status).toBe(0);
    const checked = await policy(['explain', `${registry}/wrong/base:1`], { 'docker-verify.yaml': stdout });
    expect(checked.stdout).toContain(': block');
  });

  it('publishers lists the catalogue and a company file, with the layer and the file that declare each', async () => {
    const company = `version: 1
publishers:
  acme:
    title: Acme builds
    checked: 2026-11-22
    entries: [{images: ["registry.example.com/acme/**"], signedBy: [{key: acme.pub}], since: {version: "2.1"}}]
`;
    const named = {
      'docker-verify.yaml': acmePolicy().replace('{', '{"publishers":"company.yaml",'),
      'company.yaml': company,
    };
    const { stdout } = await policy(['publishers'], named);
    expect(stdout).toMatch(
      /^acme {2}Acme builds \(probable, checked 2026-11-22\)\n {2}from company\.yaml \(project\)\n {2}registry\.example\.com\/acme\/\*\*: key acme .*, since 2\.1$/m,
    );
    expect(stdout).toMatch(/^chainguard {2}.*\n {2}cgr\.dev/m);
    const listed = JSON.parse((await policy(['publishers', '--format', 'json'], named)).stdout).publishers;
    expect(listed.find((each: { name: string }) => each.name === 'acme')).toMatchObject({
      layer: 'project',
      origin: expect.stringMatching(/company\.yaml$/),
    });
    expect((await policy(['publishers'])).stdout).not.toContain('acme');
    const redefined = { ...named, 'company.yaml': company.replace('  acme:', '  chainguard:') };
    expect(await policy(['publishers'], redefined)).toMatchObject({ status: 78, stdout: '' });
  });

  it('a verb that does not exist is 64', async () => {
    expect((await policy(['chek'])).stderr).toContain('check');
    expect(await policy([])).toMatchObject({ status: 64, stderr: expect.stringContaining('policy --help') });
  });
});
