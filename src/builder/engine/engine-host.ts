import { isLoopback, VerifyError } from '../../model/index.ts';

/** The address of an engine, completed as Docker does, and whether it is on this machine. */
export interface EngineHost {
  readonly host: string;
  readonly local: boolean;
}

function invalid(text: string): VerifyError {
  return new VerifyError('builder.unavailable', `"${text}" is not the address of a Docker engine`, {
    hint: 'write it as unix:///path, npipe:////./pipe/name, tcp://host:port or ssh://user@host',
  });
}

function parseTcp(rest: string, text: string): EngineHost {
  const address = rest === '' ? 'localhost:2375' : rest;
  if (address.includes('://')) throw invalid(text);
  let url: URL;
  try {
    url = new URL(`http://${address.startsWith(':') ? `localhost${address}` : address}`);
  } catch {
    throw invalid(text);
  }
  // URL leaves out http's own port, which Docker takes as written
  const port = url.port === '' ? (/:80(?:\/|$)/.test(address) ? '80' : '2375') : url.port;
  const path = url.pathname === '/' ? '' : url.pathname;
  return { host: `tcp://${url.hostname}:${port}${path}`, local: isLoopback(url.hostname) };
}

/**
 * Completes an address as Docker's CLI does (docker/cli, opts/hosts.go: ParseHost); empty means the platform's default.
 * @throws VerifyError `builder.unavailable` for one that Docker refuses
 */
export function parseEngineHost(
  written: string,
  platform: NodeJS.Platform,
  { tls = false }: { readonly tls?: boolean } = {},
): EngineHost {
  const text = written.trim();
  const standard = platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';
  if (text === '') return tls ? { host: 'tcp://localhost:2376', local: true } : { host: standard, local: true };
  const separator = text.indexOf('://');
  const scheme = separator < 0 ? 'tcp' : text.slice(0, separator);
  const rest = separator < 0 ? text : text.slice(separator + 3);
  switch (scheme) {
    case 'unix':
      return { host: `unix://${rest === '' ? '/var/run/docker.sock' : rest}`, local: true };
    case 'npipe':
      return { host: `npipe://${rest === '' ? '//./pipe/docker_engine' : rest}`, local: true };
    case 'ssh':
      return { host: text, local: false };
    case 'tcp':
      return parseTcp(rest, text);
    default:
      throw invalid(text);
  }
}
