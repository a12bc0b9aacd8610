import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planPolicy } from '../../../../../src/gate/commands/policies/init.ts';
import { parseCanonicalName } from '../../../../../src/model/index.ts';
import { newFolder } from '../../../../support/new-folder.ts';

const names = [parseCanonicalName('registry.example.com/acme/base:1')];
const trusted = [{ repository: 'registry.example.com/acme/base', names, signers: [] }];

async function policyOf(text: string): Promise<string> {
  const folder = newFolder('plan');
  const path = join(folder, 'docker-verify.yaml');
  await writeFile(path, text);
  return path;
}

describe('planPolicy', () => {
  it('plans a policy that refuses everything else where there is none', async () => {
    const plan = await planPolicy({ folder: '/project', policy: null }, trusted);
    expect(plan).toMatchObject({ path: '/project/docker-verify.yaml', before: null });
    expect(plan.after).toContain('default: deny');
    expect(plan.added).toBe(plan.after);
  });

  it('plans further rules for one that is there, and writes nothing by itself', async () => {
    const text = 'version: 1 # one\n';
    const path = await policyOf(text);
    const plan = await planPolicy({ folder: '', policy: path }, trusted);
    expect(plan.before).toBe(text);
    expect(plan.after).toBe(`${text}${plan.added}`);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('gives the rules to paste where none can be put behind those that are there', async () => {
    const path = await policyOf('a: &r\n  - images: [x]\nrules: *r\n');
    await expect(planPolicy({ folder: '', policy: path }, trusted)).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringContaining('registry.example.com/acme/base'),
    });
  });
});
