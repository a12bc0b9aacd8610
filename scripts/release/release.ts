/**
 * `node release.ts [--out FOLDER] [--target NAME]… [--key FILE | --unsigned] [--fulcio URL] [--rekor URL] [--no-packages]`: makes a
 * release of all platforms: executables, what is inside them, packages, provenance, checksums, and a signature of each. What each file is,
 * and how it is verified: docs/releasing.md.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { output, work } from '../build/folders.ts';
import { buildExecutable, bundleStages, modulesFile } from '../build/stages.ts';
import { targets as allTargets, findTarget, type Target } from '../build/target.ts';
import { formulaOf } from './formula.ts';
import { buildPackages } from './linux-packages.ts';
import { checksumsName, executableName, formulaName, provenanceName, sbomName, signatureName } from './names.ts';
import { provenanceOf, type ReleasedFile } from './provenance.ts';
import { sbomOf } from './sbom.ts';
import { writeManual } from './shared-files.ts';
import { hasIdentity, openSigner, type ReleaseSigner } from './sign.ts';
import { readSource, type Source } from './source.ts';

const { values: wish } = parseArgs({
  options: {
    out: { type: 'string', default: join(output, 'release') },
    target: { type: 'string', multiple: true, default: [] },
    key: { type: 'string' },
    unsigned: { type: 'boolean', default: false },
    fulcio: { type: 'string' },
    rekor: { type: 'string' },
    'no-packages': { type: 'boolean', default: false },
  },
});

const out = resolve(wish.out);
const folder = join(work, 'release');

async function released(name: string): Promise<ReleasedFile> {
  const sha256 = createHash('sha256')
    .update(await readFile(join(out, name)))
    .digest('hex');
  return { name, sha256 };
}

async function signerOf(): Promise<ReleaseSigner | null> {
  if (wish.unsigned) return null;
  if (wish.key === undefined && !hasIdentity(process.env))
    throw new Error('no signer: name a key (--key FILE), run where an identity is ambient, or say --unsigned');
  return openSigner({ key: wish.key, fulcio: wish.fulcio, rekor: wish.rekor });
}

async function writeExecutable(target: Target, { time }: Source): Promise<readonly string[]> {
  const name = executableName(target);
  const file = join(out, name);
  await buildExecutable(target, folder, file);
  const modules = JSON.parse(await readFile(join(folder, modulesFile), 'utf8')) as readonly string[]; // bundleStages wrote it
  await writeFile(join(out, sbomName(name)), await sbomOf(modules, target, { ...(await released(name)), time }));
  if (wish['no-packages'] || target.platform !== 'linux') return [name, sbomName(name)];
  return [name, sbomName(name), ...(await buildPackages(target, file, { work: folder, out, time }))];
}

async function signAll(signer: ReleaseSigner): Promise<void> {
  for (const name of (await readdir(out)).sort()) {
    const content = await readFile(join(out, name));
    const bundle = await (name === provenanceName ? signer.signStatement(content) : signer.signFile(content));
    await writeFile(join(out, signatureName(name)), bundle);
  }
}

const source = await readSource(process.env);
if (source.isChanged)
  throw new Error('this checkout differs from its commit, which the provenance would name: commit first');
const signer = await signerOf();
const targets = wish.target.length === 0 ? allTargets : wish.target.map(findTarget);
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await bundleStages(folder);
const names: string[] = [await writeManual(folder, out, source.time)];
for (const target of targets) names.push(...(await writeExecutable(target, source)));
const files = await Promise.all(names.sort().map(released));
await writeFile(join(out, formulaName), formulaOf(targets, files));
await writeFile(join(out, provenanceName), await provenanceOf(files, targets, source, process.env));
const all = [...files, await released(formulaName), await released(provenanceName)];
const sums = all
  .sort((left, right) => (left.name < right.name ? -1 : 1))
  .map(({ name, sha256 }) => `${sha256}  ${name}`);
await writeFile(join(out, checksumsName), `${sums.join('\n')}\n`);
if (signer !== null) await signAll(signer);
console.log(sums.join('\n'));
console.log(signer === null ? 'unsigned: others cannot verify it' : 'signed');
