import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ConversionResult,
  convertPolicy,
  convertTrustFolder,
} from '../../../../src/policy/convert/convert-policy.ts';
import { decide } from '../support/decide.ts';
import { byIdentity, byKey, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';

const ours = 'docker-verify.yaml';
const fixture = 'test/fixtures/coming-from/docker-trust';

/** The files that a page shows: a fenced block whose first line names one. */
function filesOf(page: string): Readonly<Record<string, string>> {
  const text = readFileSync(join('docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)];
  return Object.fromEntries(blocks.map(([, name = '', content = '']) => [name, content]));
}

async function convert(name: string, page: string): Promise<ConversionResult> {
  const text = filesOf(page)[name];
  if (text === undefined) throw new Error(`${page} shows no ${name}`);
  return await convertPolicy(new TextEncoder().encode(text), name);
}

const conversions: Readonly<Record<string, (page: string) => Promise<ConversionResult>>> = {
  'coming-from-docker-trust.md': async () => await convertTrustFolder(fixture, '~/.docker/trust'),
  'coming-from-integrity-check.md': async (page) => await convert('image-policy.json', page),
  'coming-from-kyverno.md': async (page) => await convert('cluster-policy.yaml', page),
  'coming-from-notation.md': async (page) => await convert('trustpolicy.json', page),
};
const sideBySide = [
  'coming-from-buildx-policies.md',
  'coming-from-cosign-scripts.md',
  'coming-from-policy-controller.md',
];

describe('the pages for those who come from another tool', () => {
  it('are these, and each is tested', () => {
    const pages = readdirSync('docs').filter((name) => name.startsWith('coming-from-'));
    expect(pages.toSorted()).toEqual([...Object.keys(conversions), ...sideBySide].toSorted());
  });

  it.each(Object.entries(conversions))('%s shows word for word what its input becomes', async (page, become) => {
    expect((await become(page)).yaml).toBe(filesOf(page)[ours]);
  });

  const release = (repository: string): string =>
    `https://github.com/acme/${repository}/.github/workflows/release.yml@refs/heads/main`;

  it.each([
    ['coming-from-policy-controller.md', 'ghcr.io/acme/app:1', 'app'],
    ['coming-from-cosign-scripts.md', 'ghcr.io/acme/app:1', 'app'],
    ['coming-from-buildx-policies.md', 'registry.example.com/acme/base:1', 'base'],
  ])('%s shows a policy that lets in what is signed so, and nothing else', async (page, image, repository) => {
    const { [ours]: project = '', ...files } = filesOf(page);
    const policies = await policiesOf({ project, files });
    const log = { index: 1, id: 'log' };
    const by = (name: string) => [byIdentity(release(name), { form: 'cosign-signature', log })];
    expect(decide(inputOf(image, by(repository)), policies).status).toBe('allow');
    expect(decide(inputOf(image, by('other')), policies).status).toBe('block');
    expect(decide(inputOf(image), policies).status).toBe('block');
    expect(decide(inputOf('docker.io/library/alpine:3', by(repository)), policies).status).toBe('block');
  });
});

describe("Docker Content Trust's keys", () => {
  it('let in what either of the two roles signs anew, in their repository alone', async () => {
    const { yaml } = await convertTrustFolder(fixture, 'trust');
    const [targets = '', releases = ''] = yaml.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
    const pem = (text: string): string => `${text.replace(/^ +/gm, '')}\n`;
    const policies = await policiesOf({ project: yaml });
    const verdict = (image: string, key: string): string => decide(inputOf(image, [byKey(pem(key))]), policies).status;
    expect(verdict('docker.io/acme/app:1.0', targets)).toBe('allow');
    expect(verdict('docker.io/acme/app:1.0', releases)).toBe('allow');
    expect(verdict('docker.io/acme/other:1.0', releases)).toBe('block');
    expect(decide(inputOf('docker.io/acme/app:1.0'), policies).status).toBe('block');
    expect(yaml.match(/BEGIN PUBLIC KEY/g)).toHaveLength(2);
  });

  it.each(['docs', 'test/fixtures/coming-from/docker-trust/tuf', 'no-such-folder'])('are not in %s', async (folder) => {
    await expect(convertTrustFolder(folder, folder)).rejects.toMatchObject({ code: 'policy.invalid' });
  });
});
