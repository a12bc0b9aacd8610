import { expect, test } from 'vitest';
import { namedFrom } from '../../../../src/model/index.ts';

test.each([
  ['/home/a/app', '/home/a/app/docker-verify.yaml', 'docker-verify.yaml'],
  ['/home/a/app', '/home/a/app', '.'],
  ['/home/a/app/svc/api', '/home/a/app/docker-verify.yaml', '../../docker-verify.yaml'],
  ['/home/a/app/svc/api', '/home/a/app/svc', '..'],
  ['/home/a/app', '/home/a/keys/acme.pub', '../keys/acme.pub'],
  ['/home/a/app', '/home/a/app/..hidden', '..hidden'],
  ['/', '/docker-verify.yaml', 'docker-verify.yaml'],
])('in %s names %s as %s', (folder, path, named) => {
  expect(namedFrom(folder, path)).toBe(named);
});

test.each([
  ['/project', '/tmp/strict.yaml'],
  ['/project/svc', '/etc/docker/verify/policy.yaml'],
  ['/project', '/'],
])('in %s keeps %s absolute, with which it has but the root in common', (folder, path) => {
  expect(namedFrom(folder, path)).toBe(path);
});
