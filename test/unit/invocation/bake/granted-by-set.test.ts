import { expect, it } from 'vitest';
import { evaluatedDefinition, grantedBySet } from '../../../../src/invocation/index.ts';

const definition = evaluatedDefinition(
  {
    target: {
      app: {
        output: [{ type: 'local', dest: '/file' }, 'type=tar,dest=-'],
        'cache-from': [
          { type: 'local', src: '/cache' },
          { type: 'registry', ref: 'a/b' },
        ],
        secret: [{ id: 'a', src: '/secret' }],
        ssh: [{ id: 'default', paths: ['/agent'] }],
      },
      other: { output: [{ type: 'local', dest: '/other' }] },
    },
  },
  null,
);

it.each<[string, readonly string[]]>([
  ['app.output=type=local,dest=/file', ['fs.write=/file']],
  ['app.output=/bare', ['fs.write=/bare', 'fs.write=/file']],
  ['app.output+=type=docker', ['fs.write=/file']],
  ['*.output=type=docker', ['fs.write=/file', 'fs.write=/other']],
  ['oth?r.output=type=docker', ['fs.write=/other']],
  ['[^a]*.output=type=docker', ['fs.write=/other']],
  ['a[.output=type=docker', []],
  ['none.output=type=local,dest=/mine', ['fs.write=/mine']],
  ['app.cache-from=user/app:cache', ['fs.read=/cache']],
  ['app.cache-to=type=local,dest=/to', ['fs.write=/to']],
  ['app.cache-to=type=registry,ref=x/y', []],
  ['app.secrets=id=a,src=/secret', ['fs.read=/secret']],
  ['app.secrets=id=b,env=HOME', []],
  ['app.secret.a=src=/moved', ['fs.read=/moved']],
  ['app.ssh=default=/agent,/more', ['fs.read=/agent', 'fs.read=/more']],
  ['*.entitlements=network.host', ['network.host']],
  ['*.entitlements=security.insecure', ['security.insecure']],
  ['*.entitlements=device=x', []],
  ['app.args.X=/etc', []],
  ['app.context=/etc', []],
  ['app.output=', []],
  ['app.args.X', []],
])('--set %s grants %j', (override, expected) => {
  expect(grantedBySet([override], definition)).toEqual(expected);
});
