/**
 * `LAB_HOME=… node record-signatures.ts`: has the lab's cosign sign the image of `warm-registry.ts` by an identity, and writes the
 * signatures with the root that they are verified with to `warm-signatures.json`. What a signature compiles depends on its numbers: with
 * recorded ones an executable is always the same.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultIdentity } from '../lab/identity-token.ts';
import { openLab } from '../lab/running-lab.ts';
import { sign } from '../lab/signing.ts';
import { startTestRegistry } from '../lab/test-registry.ts';
import { root } from './folders.ts';
import { putWarmImage, recordedFile } from './warm-registry.ts';

interface TrustedRoot {
  readonly timestampAuthorities: readonly object[];
}

const lab = openLab(process.env['LAB_HOME'] ?? join(root, 'build', 'lab'));
const registry = await startTestRegistry();
try {
  const bundles: string[] = [];
  for (const witness of ['rekor1-timestamp', 'rekor2-timestamp'] as const) {
    const repository = `warm/${witness}`;
    const image = putWarmImage(registry.store, repository);
    await sign(lab, `${registry.host}/${repository}:1`, { signer: { identity: {} }, cosign: 3, witness });
    const [referrer] = registry.store.referrers(repository, image.digest);
    const manifest = registry.store.manifest(repository, referrer?.digest ?? '');
    const { layers } = JSON.parse(String(manifest?.bytes)) as { layers: readonly { digest: string }[] }; // cosign's
    bundles.push(String(registry.store.blob(layers[0]?.digest ?? '')));
  }
  const trusted = JSON.parse(await readFile(lab.trustedRoot, 'utf8')) as TrustedRoot; // the lab's own
  // those of earlier starts have stamped nothing here
  const trustedRoot = { ...trusted, timestampAuthorities: trusted.timestampAuthorities.slice(-1) };
  const { issuer, email } = defaultIdentity;
  const recorded = { time: Date.now(), issuer, identity: email, trustedRoot, bundles };
  await writeFile(recordedFile, `${JSON.stringify(recorded, null, 2)}\n`);
} finally {
  await registry.close();
}
