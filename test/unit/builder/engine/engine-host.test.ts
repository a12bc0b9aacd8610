import { describe, expect, it } from 'vitest';
import { parseEngineHost } from '../../../../src/builder/engine/engine-host.ts';

describe('parseEngineHost', () => {
  it.each([
    ['', false, 'unix:///var/run/docker.sock', true],
    ['', true, 'tcp://localhost:2376', true],
    ['unix://', false, 'unix:///var/run/docker.sock', true],
    ['unix:///tmp/d.sock', false, 'unix:///tmp/d.sock', true],
    ['127.0.0.1', false, 'tcp://127.0.0.1:2375', true],
    ['tcp://127.0.0.1:5753', false, 'tcp://127.0.0.1:5753', true],
    ['tcp://[::1]:5753', false, 'tcp://[::1]:5753', true],
    ['tcp://:2399', false, 'tcp://localhost:2399', true],
    ['tcp://host:80', false, 'tcp://host:80', false],
    ['tcp://host:1/prefix', false, 'tcp://host:1/prefix', false],
    ['tcp://127.evil.example', false, 'tcp://127.evil.example:2375', false],
    ['tcp://localhost.evil.example:1', false, 'tcp://localhost.evil.example:1', false],
    ['ssh://me@host', false, 'ssh://me@host', false],
  ])('completes "%s" (TLS %s) to %s', (written, tls, host, local) => {
    expect(parseEngineHost(written, 'linux', { tls })).toEqual({ host, local });
  });

  it('takes the named pipe on Windows', () => {
    expect(parseEngineHost('', 'win32').host).toBe('npipe:////./pipe/docker_engine');
  });

  it.each(['ftp://x', 'tcp://a://b', 'tcp://host:notaport'])('refuses %s', (written) => {
    expect(() => parseEngineHost(written, 'linux')).toThrow(/not the address/);
  });
});
