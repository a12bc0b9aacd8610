import { expect, it } from 'vitest';
import { packageChanges, softwareInside } from '../../../src/advice/index.ts';

const of = (...listed: readonly string[]) =>
  listed.map((text) => {
    const [name = '', version = ''] = text.split('@');
    return { name, version };
  });

it('tells what is added, removed and changed, by name, whatever the order', () => {
  expect(packageChanges(of('a@1', 'b@1', 'c@1', 'c@2'), of('d@1', 'c@2', 'c@1', 'b@2'))).toEqual({
    added: ['d'],
    removed: ['a'],
    changed: [{ name: 'b', from: '1', to: '2' }],
  });
});

it('names shells and package managers by their packages alone', () => {
  expect(softwareInside(of('bash@5', 'apt@2', 'libapt-pkg6@2', 'openssl@3', 'dash@0', 'bash@5'), 'unsigned')).toEqual({
    packages: 6,
    shells: ['bash', 'dash'],
    packageManagers: ['apt'],
    trust: 'unsigned',
  });
});
