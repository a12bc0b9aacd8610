import { readFileSync } from 'node:fs';

/** Certificates in PEM, taken from the embedded trusted root: only its bytes matter here. */
export function anyCertificates(): readonly string[] {
  const roots = JSON.parse(
    readFileSync(new URL('../../../../src/trust/embedded-roots.json', import.meta.url), 'utf8'),
  ) as {
    readonly roots: readonly { readonly json: string }[];
  };
  const found = [...(roots.roots[0]?.json ?? '').matchAll(/"rawBytes":\s*"(MII[A-Za-z0-9+/=]+)"/g)].map(
    ([, raw]) => raw ?? '',
  );
  return found.map(
    (raw) => `-----BEGIN CERTIFICATE-----\n${raw.replace(/(.{64})/g, '$1\n').trim()}\n-----END CERTIFICATE-----\n`,
  );
}
