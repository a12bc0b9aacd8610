import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseUserPolicy, readUserPolicy } from '../../../../src/builder/source-policy/user-policy.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

const parse = (value: unknown) => parseUserPolicy(typeof value === 'string' ? value : JSON.stringify(value), 'p.json');

describe('parseUserPolicy', () => {
  it('fills in what Go would: ALLOW, WILDCARD, empty identifiers', async () => {
    const { rules } = await parse({ rules: [{ selector: {} }] });
    expect(rules).toEqual([{ action: 'ALLOW', selector: { identifier: '', match_type: 'WILDCARD' } }]);
  });

  it('reads enumerations by number, and names in any case of letters', async () => {
    const { rules } = await parse({ RULES: [{ Action: 1, Selector: { Identifier: 'x', MATCH_TYPE: 2 } }] });
    expect(rules).toEqual([{ action: 'DENY', selector: { identifier: 'x', match_type: 'REGEX' } }]);
  });

  it('passes over fields that Go does not know, such as matchType', async () => {
    const { rules } = await parse({ rules: [{ action: 'DENY', selector: { identifier: 'x', matchType: 'EXACT' } }] });
    expect(rules[0]?.selector.match_type).toBe('WILDCARD');
  });

  it.each([
    ['an action that does not exist', { rules: [{ action: 'PERMIT', selector: {} }] }],
    ['a match type that does not exist', { rules: [{ selector: { match_type: 'glob' } }] }],
    ['a rule without a selector', { rules: [{ action: 'DENY' }] }],
    ['no rule at all in a place for one', { rules: [null] }],
    ['rules that are no list', { rules: {} }],
    ['a conversion to nothing', { rules: [{ action: 'CONVERT', selector: { identifier: 'x' } }] }],
    ['a name in two cases of letters', '{"rules": [], "Rules": []}'],
    ['a name given twice', '{"rules": [{"action": "DENY", "action": "ALLOW", "selector": {}}]}'],
    ['half a file', '{"rules": ['],
  ])('refuses %s', async (_title, text) => {
    await expect(parse(text)).rejects.toMatchObject({ code: 'config.invalid', place: { file: 'p.json' } });
  });

  it('says that it cannot read the binary form', async () => {
    await expect(parse('\u0008\u0001\u0012')).rejects.toMatchObject({ code: 'builder.policy-unsupported' });
  });
});

describe('readUserPolicy', () => {
  const variable = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';

  it('is null where the variable is unset or empty', async () => {
    expect(await readUserPolicy(environmentWith())).toBeNull();
    expect(await readUserPolicy(environmentWith({ variables: { [variable]: '' } }))).toBeNull();
  });

  it('reads a file relative to the current folder', async () => {
    const workingDirectory = temporaryFolder();
    await writeFile(
      join(workingDirectory, 'policy.json'),
      '{"rules": [{"action": "DENY", "selector": {"identifier": "*"}}]}',
    );
    const policy = await readUserPolicy(
      environmentWith({ workingDirectory, variables: { [variable]: 'policy.json' } }),
    );
    expect(policy?.rules).toHaveLength(1);
  });

  it('stops where the file does not exist, as buildx does', async () => {
    const environment = environmentWith({ variables: { [variable]: '/nowhere/policy.json' } });
    await expect(readUserPolicy(environment)).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
