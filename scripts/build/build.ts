/** `node build.ts [TARGET]`: makes `dist/docker-verify`, or `dist/TARGET/docker-verify` for a platform other than this one. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { output, root, work } from './folders.ts';
import { buildExecutable, bundleStages } from './stages.ts';
import { currentTarget, findTarget } from './target.ts';

const target = findTarget(process.argv[2] ?? currentTarget);
const folder = join(work, target.name);
const name = target.platform === 'win' ? 'docker-verify.exe' : 'docker-verify';
const finished = target.name === currentTarget ? join(output, name) : join(output, target.name, name);
await bundleStages(folder);
await buildExecutable(target, folder, finished);
console.log(`${finished.slice(root.length + 1)}: ${((await stat(finished)).size / 1e6).toFixed(1)} MB`);
