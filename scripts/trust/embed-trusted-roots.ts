// Writes src/trust/embedded-roots.json from the seed that the pinned @sigstore/tuf carries. Run it after an update of that package.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const mirror = 'https://tuf-repo-cdn.sigstore.dev';

interface Seed {
  readonly 'root.json': string;
  readonly targets: Readonly<Record<string, string>>;
}

// The package's own data file; its shape is checked by what follows.
const seeds = require('@sigstore/tuf/seeds.json') as Readonly<Record<string, Seed>>;
const version = (require('@sigstore/tuf/package.json') as { readonly version: string }).version;
const seed = seeds[mirror];
const target = seed?.targets['trusted_root.json'];
if (seed === undefined || target === undefined) throw new Error(`no seed for ${mirror}`);

const json = Buffer.from(target, 'base64').toString('utf8');
const sha256 = createHash('sha256').update(json, 'utf8').digest('hex');
const updated = process.argv[2] ?? new Date().toISOString().slice(0, 10);

const roots = [
  {
    source: 'sigstore public good',
    origin: `@sigstore/tuf ${version} seeds.json, ${mirror}`,
    updated: `${updated}T00:00:00Z`,
    sha256,
    thresholds: { log: 1, certificateTransparency: 1, timestamp: 1 },
    json,
  },
];
writeFileSync(
  new URL('../../src/trust/embedded-roots.json', import.meta.url),
  `${JSON.stringify({ roots }, null, 2)}\n`,
);
