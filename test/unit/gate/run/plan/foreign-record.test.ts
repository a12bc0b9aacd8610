import { describe, expect, it } from 'vitest';
import { admitForeign } from '../../../../../src/gate/run/plan/foreign-record.ts';
import { rebuildArguments } from '../../../../../src/gate/run/plan/rebuild-plan.ts';
import type { BuildRecord, RecordedArguments } from '../../../../../src/model/index.ts';
import { image, record } from '../../../records/support.ts';

const none: RecordedArguments = { build: {}, contexts: {}, secrets: [], ssh: [] };
const pulled = { from: 'registry.example.com/app', signer: null, result: 'PASSED' } as const;

function theirs(given: Partial<RecordedArguments>, more: Partial<BuildRecord> = {}): BuildRecord {
  return record('app', [image('base')], { pulled, arguments: { ...none, ...given }, ...more });
}

const output = { args: [], dockerfile: '/t/Dockerfile', context: '/t', time: 7 };

describe('of a record of others', () => {
  it('what only changes the image is taken over', () => {
    const given = theirs(
      {
        build: { WORD: '--output=x', EMPTY: null },
        contexts: { base: 'docker-image://registry.example.com/base:1' },
        labels: { 'a.b/c': '--iidfile=x' },
        network: 'none',
      },
      { stage: 'prod', platforms: ['linux/arm64/v8', 'linux/amd64'] },
    );
    const { record: admitted, leftOut } = admitForeign(given);
    expect(leftOut).toEqual([]);
    expect(rebuildArguments(admitted, output)).toEqual(rebuildArguments(given, output));
  });

  it.each<readonly [string, Partial<RecordedArguments>, Partial<BuildRecord>]>([
    ['--secret', { secrets: ['npm'] }, {}],
    ['--ssh', { ssh: ['default'] }, {}],
    ['--network', { network: 'host' }, {}],
    ['--network', { network: '--allow=security.insecure' }, {}],
    ['--add-host', { hosts: ['db:6.6.6.6'] }, {}],
    ['--build-context', { contexts: { x: '/etc' } }, {}],
    ['--build-context', { contexts: { x: 'https://evil.example/x.tar' } }, {}],
    ['--build-context', { contexts: { x: 'oci-layout:///var/lib' } }, {}],
    ['--build-context', { contexts: { x: '' } }, {}],
    ['--build-context', { contexts: { x: 'docker-image:///etc' } }, {}],
    ['--build-context', { contexts: { '--output': 'docker-image://a' } }, {}],
    ['--build-arg', { build: { BUILDKIT_SYNTAX: 'evil/frontend' } }, {}],
    ['--build-arg', { build: { buildkit_inline_cache: '1' } }, {}],
    ['--build-arg', { build: { https_proxy: 'http://evil' } }, {}],
    ['--build-arg', { build: { '--output': 'type=local' } }, {}],
    ['--build-arg', { build: { 'A=B --output': 'x' } }, {}],
    ['--build-arg', { build: { A: 'x\0--output' } }, {}],
    ['--label', { labels: { '--output': 'x' } }, {}],
    ['--target', {}, { stage: '--output=type=local,dest=/' }],
    ['--platform', {}, { platforms: ['--output=type=local,dest=/'] }],
    ['--platform', {}, { platforms: ['local'] }],
  ])('%s is left out and said: %j %j', (option, given, more) => {
    const { record: admitted, leftOut } = admitForeign(theirs(given, more));
    expect(leftOut).toEqual([expect.stringMatching(new RegExp(`^${option} .*: `, 's'))]);
    const harmless = 'platforms' in more ? theirs({}, { platforms: [] }) : theirs({});
    expect(rebuildArguments(admitted, output)).toEqual(rebuildArguments(harmless, output));
    expect(admitted.arguments).toMatchObject({ secrets: [], ssh: [] });
  });

  it.each<readonly [Partial<RecordedArguments>, Partial<BuildRecord>, string]>([
    [{ network: 'host' }, {}, '--network host'],
    [{ contexts: { x: '/etc' } }, {}, '--build-context x=/etc'],
    [{ hosts: ['db:6.6.6.6'] }, {}, '--add-host db:6.6.6.6'],
    [{}, { platforms: ['local'] }, '--platform local'],
  ])('without the guard %j %j would reach the builder', (given, more, written) => {
    expect(rebuildArguments(theirs(given, more), output).join(' ')).toContain(written);
  });

  it.each([
    '/home/me/private',
    'file:///home/me/private',
    'http://127.0.0.1:8080/x.git',
    'git://example.com/x.git',
    'ext::sh -c "touch pwned"',
    'ssh://-oProxyCommand=touch/x',
    '-oProxyCommand=x@example.com:x',
    'https://-x/x.git',
    'a@-oProxyCommand:x',
  ])('the remote %s is not asked', (remote) => {
    const context = {
      kind: 'folder',
      source: '/home/me',
      commit: 'a'.repeat(40),
      dirty: false,
      subdirectory: '',
    } as const;
    const { record: admitted, leftOut } = admitForeign(theirs({}, { context: { ...context, remote } }));
    expect(admitted.context).toMatchObject({ source: null, remote: null });
    expect(leftOut).toEqual([`the remote ${remote}: for what others recorded only https and ssh are asked`]);
  });

  it.each(['https://example.com/acme/app.git', 'ssh://git@example.com/app', 'git@example.com:acme/app.git'])(
    'the remote %s is',
    (remote) => {
      const context = { kind: 'folder', source: null, commit: 'a'.repeat(40), dirty: false, subdirectory: '' } as const;
      expect(admitForeign(theirs({}, { context: { ...context, remote } }))).toMatchObject({
        record: { context: { remote } },
        leftOut: [],
      });
    },
  );
});
