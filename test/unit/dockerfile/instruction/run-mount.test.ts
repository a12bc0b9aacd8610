import { describe, expect, it } from 'vitest';
import { checkMount, mountSource, splitCsv } from '../../../../src/dockerfile/instruction/run-mount.ts';

const asWritten = (text: string): { text: string; certain: boolean } => ({ text, certain: true });

describe('splitCsv', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['a,', ['a', '']],
    [',', ['', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['""', ['']],
  ])('reads %j', (line, fields) => {
    expect(splitCsv(line, 'mounts')).toEqual(fields);
  });

  it.each(['', 'a"b', '"a', '"a"b', '"a" ,b'])('refuses %j', (line) => {
    expect(() => splitCsv(line, 'mounts')).toThrow(/failed to parse csv mounts/);
  });
});

describe('mountSource', () => {
  it.each([
    ['type=bind,from=x,target=/m', 'x'],
    ['FROM=x', 'x'],
    ['from=x,from=y', 'y'],
    ['target=/m', ''],
    ['from=a=b', 'a=b'],
    ['from=x$', 'x$'],
    ['"from=a,b"', 'a,b'],
  ])('of %j is %j', (mount, from) => {
    expect(mountSource(mount)).toBe(from);
  });

  it('refuses a variable', () => {
    expect(() => mountSource('from=$x')).toThrow(/doesn't support variable expansion/);
  });
});

describe('checkMount', () => {
  it.each([
    'target=/m',
    'type=bind,from=x,target=/m,ro',
    'type=CACHE,sharing=locked,id=x,uid=1,gid=2,mode=0755,target=/m',
    'type=tmpfs,size=10m,target=/m',
    'type=secret,id=x,required,env=Y',
    'type=ssh,required=true',
  ])('allows %s', (mount) => {
    expect(() => checkMount(mount, asWritten, '/w')).not.toThrow();
  });

  it.each([
    ['type=foo', 'unsupported mount type "foo"'],
    ['foo=bar', "unexpected key 'foo' in 'foo=bar'"],
    ['foo', 'must be a key=value pair'],
    ['required,target=/m', "unexpected key 'required' for mount type 'bind'"],
    ['size=1,target=/m', "unexpected key 'size'"],
    ['type=tmpfs,size=big', 'invalid value for size'],
    ['ro=maybe', 'invalid value for ro'],
    ['uid=1', 'uid not allowed for "bind" type mounts'],
    ['type=cache,mode=9', 'invalid value 9 for mode'],
    ['sharing=locked', 'invalid cache sharing set for bind mount'],
    ['type=cache,sharing=x', 'unsupported sharing value'],
    ['type=secret,from=x,id=y', 'secret mount should not have a from'],
    ['type=secret', 'one of source, target required'],
    ['type=secret,source=a,id=b', "both source and id can't be set"],
    ['from=x,target=/', 'invalid mount target'],
    ['from=x,target=/./', 'invalid mount target'],
  ])('refuses %s', (mount, message) => {
    expect(() => checkMount(mount, asWritten, '/w')).toThrow(message);
  });

  it('reads a relative target from the working directory, and lets it pass where that is not known', () => {
    expect(() => checkMount('from=x', asWritten, '/')).toThrow('invalid mount target');
    expect(() => checkMount('from=x,target=..', asWritten, '/w')).toThrow('invalid mount target');
    expect(() => checkMount('from=x,target=..', asWritten, '/w/x')).not.toThrow();
    expect(() => checkMount('from=x', asWritten, null)).not.toThrow();
  });

  it('lets pass what depends on a variable that cannot be known', () => {
    const expand = (text: string): { text: string; certain: boolean } => ({ text, certain: !text.includes('$') });
    expect(() => checkMount('type=$T,sharing=locked,target=/m', expand, null)).not.toThrow();
  });
});
