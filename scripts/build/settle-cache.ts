/**
 * `node settle-cache.ts BUNDLE WARM CACHE`: writes a code cache anew as V8 writes it for a script that it has just read, so that what was
 * run in between, and in which order, leaves no trace in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Script } from 'node:vm';

const [bundle = '', warm = '', cache = ''] = process.argv.slice(2);
const script = new Script(readFileSync(bundle, 'latin1'), {
  filename: basename(bundle),
  cachedData: readFileSync(warm),
});
if (script.cachedDataRejected) throw new Error('V8 does not take the cache that it has just made');
writeFileSync(cache, script.createCachedData());
