import { describe, expect, it } from 'vitest';
import { isVerifyError } from '../../../../../src/model/index.ts';
import { parseClusterPolicies } from '../../../../../src/policy/load/cluster-image-policy/read-cluster-policies.ts';
import { MaterialCollector } from '../../../../../src/policy/load/files/material-collector.ts';
import { policiesOf } from '../../support/policies.ts';
import { collectedNames, collectedText, collectedYaml, hasCollectedPolicies } from '../../support/shared-data.ts';

const parse = (text: string, rego = false) =>
  parseClusterPolicies(
    new TextEncoder().encode(text),
    { policy: 'cip.yaml', modeOption: null, fileMode: 'enforce', layer: 'project', rego },
    new MaterialCollector(),
  );

/** What `policy check` would say of a file: valid, invalid, or how many of its policies can be evaluated. */
function verdictOf(text: string, rego = false): 'invalid' | 'evaluable' | 'beyond' {
  try {
    const policies = parse(text, rego);
    const isBeyond = policies.some(
      (policy) =>
        policy.unsupported.length > 0 || policy.authorities.some((authority) => authority.unsupported.length > 0),
    );
    return isBeyond ? 'beyond' : 'evaluable';
  } catch (error) {
    if (isVerifyError(error, 'policy.invalid')) return 'invalid';
    throw error;
  }
}

describe.skipIf(!hasCollectedPolicies)("the admission controller's own test files (../shared/data/policies)", () => {
  const folder = 'policy-controller/test/testdata/policy-controller';

  it.each(collectedNames(`${folder}/valid`))('%s is valid', (name) => {
    expect(verdictOf(collectedText(`${folder}/valid/${name}`))).not.toBe('invalid');
  });

  it.each(collectedNames(`${folder}/invalid`))('%s is invalid', (name) => {
    expect(verdictOf(collectedText(`${folder}/invalid/${name}`))).toBe('invalid');
  });

  it('are 14 and 33, so that none is left out', () => {
    expect(collectedNames(`${folder}/valid`)).toHaveLength(14);
    expect(collectedNames(`${folder}/invalid`)).toHaveLength(33);
  });

  it('and the catalogue can be evaluated, or are said to be beyond us: none is passed over', () => {
    const files = [
      ...collectedYaml('policy-catalog'),
      ...collectedYaml(`${folder}/e2e`),
      ...collectedYaml('policy-controller/examples'),
    ];
    const found = { evaluable: 0, beyond: 0, invalid: 0 };
    let byOpa = 0;
    for (const text of files.map(collectedText)) {
      if (!/^kind: ClusterImagePolicy$/m.test(text)) continue;
      const verdict = verdictOf(text);
      found[verdict] += 1;
      if (verdict === 'beyond' && verdictOf(text, true) === 'evaluable') byOpa += 1;
    }
    console.log(`collected ClusterImagePolicies: ${JSON.stringify(found)}, and by opa ${byOpa} more`);
    expect(found.evaluable).toBeGreaterThanOrEqual(46);
    expect(byOpa).toBeGreaterThanOrEqual(7);
    expect(found.invalid).toBeLessThanOrEqual(2);
  });
});

describe('clusterImagePolicies', () => {
  const cip = (spec: string): string =>
    `apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: x}\nspec:\n${spec}`;
  const pass = cip('  images: [{glob: "**"}]\n  authorities: [{static: {action: pass}}]\n');

  it('are read from every file that a wildcard names, in order', async () => {
    const files = { 'cluster/b.yaml': pass, 'cluster/a.yaml': `${pass}---\n${pass}`, 'cluster/readme.txt': '' };
    const policies = await policiesOf({ project: 'version: 1\nclusterImagePolicies: ["cluster/*.yaml"]\n', files });
    expect(policies.layers[0]?.clusterPolicies.map(({ policy }) => policy)).toEqual([
      'cluster/a.yaml',
      'cluster/a.yaml',
      'cluster/b.yaml',
    ]);
  });

  it.each([
    ['a file that is not there', 'cluster/none.yaml', {}, /none\.yaml cannot be read/],
    ['a wildcard that matches nothing', 'cluster/*.yaml', { 'cluster/x.txt': '' }, /no file matches/],
    ['a file without any', 'x.yaml', { 'x.yaml': 'kind: Pod\n' }, /holds no ClusterImagePolicy/],
    [
      'an unknown field',
      'x.yaml',
      { 'x.yaml': cip('  images: [{glob: "**"}]\n  authorites: []\n') },
      /x\.yaml:6:3: unknown field "authorites"; did you mean "authorities"\?/,
    ],
    ['a policy of a future version', 'x.yaml', { 'x.yaml': pass.replace('v1beta1', 'v2') }, /apiVersion/],
  ])('refuse %s', async (_, name, files, message) => {
    const loading = policiesOf({ project: `version: 1\nclusterImagePolicies: ["${name}"]\n`, files });
    await expect(loading).rejects.toMatchObject({ code: 'policy.invalid' });
    await expect(loading).rejects.toThrow(message);
  });
});
