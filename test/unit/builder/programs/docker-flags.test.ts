import { describe, expect, it } from 'vitest';
import { parseDockerFlags } from '../../../../src/builder/programs/docker-flags.ts';
import { parseGoBoolean } from '../../../../src/model/index.ts';

describe('parseDockerFlags', () => {
  it.each([
    [['-H', 'unix:///x'], { host: 'unix:///x' }],
    [['-Hunix:///x'], { host: 'unix:///x' }],
    [['-H=unix:///x'], { host: 'unix:///x' }],
    [['--host=tcp://a:1'], { host: 'tcp://a:1' }],
    [['-D', '--context', 'remote'], { context: 'remote' }],
    [['-Dc', 'remote'], { context: 'remote' }],
    [['-cremote'], { context: 'remote' }],
    [['-l', 'debug', '-c', 'a', '-c', 'b'], { context: 'b' }],
    [['--log-level', '-H', '--tls'], { host: null, tls: true }],
    [['--tlsverify=false'], { tlsVerify: false }],
    [['--tlscacert', 'ca', '--tlscert=c', '--tlskey=k'], { caFile: 'ca', certFile: 'c', keyFile: 'k' }],
    [['--config', '--context=x'], { context: null }],
    [[], { host: null, context: null, tls: null, tlsVerify: null }],
  ])('reads %j', (words, expected) => {
    expect(parseDockerFlags(words)).toMatchObject(expected);
  });

  it.each([
    [['-H', 'a', '-H', 'b'], /only one -H/],
    [['-H', 'a', '-c', 'b'], /both --host and --context/],
    [['--context'], /needs a value/],
    [['--tls=maybe'], /true or false/],
  ])('refuses %j', (words, message) => {
    expect(() => parseDockerFlags(words)).toThrow(message);
  });
});

describe('parseGoBoolean', () => {
  it('knows the words of strconv.ParseBool and no others', () => {
    expect(['1', 't', 'TRUE', '0', 'F', 'False'].map(parseGoBoolean)).toEqual([true, true, true, false, false, false]);
    expect(['yes', 'no', '', 'tRUE', '2'].map(parseGoBoolean)).toEqual([null, null, null, null, null]);
  });
});
