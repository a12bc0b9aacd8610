import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acmePolicy, lab, type Outcome, projectFolder, runVerify, writeFiles } from '../support/lab.ts';

const { registry } = lab();
const variable = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';

interface Rule {
  readonly action: 'ALLOW' | 'DENY' | 'CONVERT';
  readonly selector: {
    readonly identifier: string;
    readonly matchType?: string;
    readonly constraints?: readonly object[];
  };
  readonly updates?: { readonly identifier: string };
}

/** Builds on `image` under acme's policy and under a source policy of the user's own. */
async function buildOn(image: string, rules: readonly Rule[] | string): Promise<Outcome> {
  const folder = await projectFolder({
    Dockerfile: `FROM ${registry}/${image}\n`,
    'docker-verify.yaml': acmePolicy(),
  });
  const text = typeof rules === 'string' ? rules : JSON.stringify({ rules });
  await writeFiles(folder, { 'source-policy.json': text });
  return runVerify(['build', '-q', '.'], { cwd: folder, env: { [variable]: join(folder, 'source-policy.json') } });
}

const named = (image: string): string => `docker-image://${registry}/${image}`;
const convert = (from: string, to: string): Rule => ({
  action: 'CONVERT',
  selector: { identifier: named(from) },
  updates: { identifier: named(to) },
});

describe("the user's own source policy stays in force:", () => {
  it('what it denies is denied, however well it is signed', async () => {
    const outcome = await buildOn('signed/base:1', [{ action: 'DENY', selector: { identifier: named('signed/*') } }]);
    expect(outcome).toMatchObject({ status: 10, stdout: '' });
    expect(outcome.stderr).toMatch(/signed\/base:1.*image\.source-policy-denied.*source-policy\.json/s);
  });

  it('what it does not speak of is judged by the policy alone', async () => {
    const rules: readonly Rule[] = [{ action: 'DENY', selector: { identifier: named('other/*') } }];
    expect(await buildOn('signed/base:1', rules)).toMatchObject({ status: 0 });
    expect(await buildOn('unsigned/base:1', rules)).toMatchObject({ status: 10 });
  });

  it('an ALLOW of its own lets in nothing that is not verified', async () => {
    const rules: readonly Rule[] = [{ action: 'ALLOW', selector: { identifier: '*' } }];
    expect(await buildOn('unsigned/base:1', rules)).toMatchObject({ status: 10 });
  });

  it('what it converts must be good under both names', async () => {
    expect(await buildOn('signed/base:1', [convert('signed/base:1', 'signed/b0:1')])).toMatchObject({ status: 0 });
    const worse = await buildOn('signed/base:1', [convert('signed/base:1', 'unsigned/base:1')]);
    expect(worse).toMatchObject({ status: 10 });
    expect(worse.stderr).toContain('unsigned/base:1');
    const from = await buildOn('unsigned/base:1', [convert('unsigned/base:1', 'signed/base:1')]);
    expect(from).toMatchObject({ status: 10 });
  });

  it('what cannot be evaluated is 11, and what is no policy names its file', async () => {
    const constraints = [{ key: 'k', value: 'v', condition: 'EQUAL' }];
    const odd = await buildOn('signed/base:1', [{ action: 'DENY', selector: { identifier: '*', constraints } }]);
    expect(odd).toMatchObject({ status: 11, stdout: '' });
    const broken = await buildOn('signed/base:1', '{');
    expect(broken.status).toBeGreaterThanOrEqual(11);
    expect(broken.stderr).toMatch(/^docker verify: .*source-policy\.json.*\n$/);
  });
});
