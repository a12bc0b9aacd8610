import { VerifyError } from '../../model/index.ts';

/** What kept a request from being answered. */
export type NetworkFault =
  | 'dns'
  | 'refused'
  | 'unroutable'
  | 'reset'
  | 'timeout'
  | 'certificate'
  | 'validity'
  | 'tls'
  | 'proxy'
  | 'protocol';

const byCode: Readonly<Record<string, NetworkFault>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unroutable',
  ENETUNREACH: 'unroutable',
  EADDRNOTAVAIL: 'unroutable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls',
  ERR_PROXY_TUNNEL: 'proxy',
  ERR_PROXY_INVALID_CONFIG: 'proxy',
};

const certificateCodes =
  /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERROR_IN_CERT)/;

/** The code that Node gives an error, from within an AggregateError too (several addresses tried). */
export function codeOf(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const code = (inner as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** The kind of an error of `node:http`; null for one that did not come from the network. */
export function networkFault(error: unknown): NetworkFault | null {
  if (error instanceof VerifyError) return null;
  const code = codeOf(error);
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'validity';
  if (certificateCodes.test(code)) return 'certificate';
  if (/^ERR_(?:SSL|TLS)/.test(code)) return 'tls';
  if (code.startsWith('HPE_')) return 'protocol';
  return byCode[code] ?? null;
}

/** Whether a chain that ends at no known authority may still end at one of the system's. */
export function isUnknownAuthority(error: unknown): boolean {
  return /^(?:UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)|SELF_SIGNED_CERT|DEPTH_ZERO_SELF)/.test(codeOf(error));
}

const sentences: Readonly<Record<NetworkFault, readonly [string, string]>> = {
  dns: ['its name cannot be resolved', 'check the name, the network and DNS'],
  refused: ['it refuses connections', 'check that it runs and that the port is right'],
  unroutable: ['there is no route to it', 'check the network or the proxy'],
  reset: ['it closes connections', 'try again; if it stays so, ask its administrator'],
  timeout: ['it does not answer in time', 'check the network or the proxy, or allow more time'],
  certificate: ['its certificate is not trusted', "add its authority to the system's store or to /etc/docker/certs.d"],
  validity: [
    "its certificate has expired, or is not valid yet, by this machine's clock",
    'see first whether the clock is right; if it is, ask its administrator for a new certificate',
  ],
  tls: ['no secure connection can be made', 'check that it speaks HTTPS on this port'],
  proxy: ['the proxy does not let us through', 'check HTTPS_PROXY and NO_PROXY'],
  protocol: ['it does not speak HTTP', 'check the address and the port'],
};

/** Faults in a configuration: they stay until it is changed. */
const lasting: ReadonlySet<NetworkFault> = new Set(['certificate', 'validity', 'tls', 'protocol']);

/** An error for people: which host, what is wrong with it, one error for each kind. */
export function unreachable(host: string, error: unknown): VerifyError {
  if (error instanceof VerifyError) return error;
  const fault = networkFault(error);
  const [what, hint] = fault === null ? ['the request failed', 'try again'] : sentences[fault];
  const code = codeOf(error);
  return new VerifyError(
    'registry.unreachable',
    `${host} cannot be reached: ${what}${code === '' ? '' : ` (${code})`}`,
    {
      hint,
      passing: fault === null || !lasting.has(fault),
      cause: error,
    },
  );
}

/** What the end of a run's time, or the person, made of a request. */
export function abortError(signal: AbortSignal): VerifyError {
  const reason: unknown = signal.reason;
  if (reason instanceof VerifyError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new VerifyError('timeout', 'the time for verifying is over', {
      hint: 'allow more with --timeout (of a build: --verify-timeout), or look at which registry is slow',
    });
  }
  return new VerifyError('cancelled', 'cancelled');
}
