/**
 * First stage of the executable. Docker asks each plugin for its metadata before it runs it, so that answer is given
 * before anything is loaded; everything else is the second stage (`app.ts`), run from assets with their V8 code caches.
 */
import { writeSync } from 'node:fs';
import { dirname, parse } from 'node:path';
import type { run } from './app.ts';

/** A module of Node itself: the only ones that `require` knows inside the executable. */
function load<T>(name: string): T {
  return require(name) as T; // the caller names the module's own type
}

/**
 * Libraries read some variables when they are first needed, and one has them print what they do. Node itself is deaf to those that
 * matter (`scripts/build/node-variables.ts`). Takes all of them out of `process.env`.
 * @returns the environment as it was given, for the programs that we start
 */
function shedVariables(): NodeJS.ProcessEnv {
  const given = { ...process.env };
  for (const name of Object.keys(given)) if (/^(?:NODE_|DEBUG(?:_|$))/i.test(name)) delete process.env[name];
  return given;
}

/** Runs an asset as Node would run it as a module; what it asks for comes from `need`. */
function evaluate(asset: string, cachedData: Buffer, need: (name: string) => unknown): unknown {
  const { Script } = load<typeof import('node:vm')>('node:vm');
  const source = readAsset(asset).toString('latin1');
  const script = new Script(source, { filename: asset, ...(cachedData.length === 0 ? {} : { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, need, module, process.execPath, dirname(process.execPath));
  return module.exports;
}

function readAsset(name: string): Buffer {
  return Buffer.from(load<typeof import('node:sea')>('node:sea').getRawAsset(name));
}

/** A script that the second stage was cut into (`scripts/build/parts.ts`): answers with the module at a place of their list. */
type Part = (index: number) => unknown;

const parts = new Map<string, Part>();

function loadPart(name: string): Part {
  const known = parts.get(name);
  if (known !== undefined) return known;
  const part = evaluate(`${name}.cjs`, readAsset(`${name}.cache`), need) as Part; // as `entryText` there writes it
  parts.set(name, part);
  return part;
}

/** A module of Node, one of another part, or a large one that few commands need: an asset of its own, so that the others need not read it. */
function need(name: string): unknown {
  const [kind, part = '', index] = name.split(':');
  if (kind === 'part') return loadPart(part)(Number(index));
  return separateParts.includes(name) ? evaluate(`${name}.cjs`, Buffer.alloc(0), require) : require(name);
}

function startSecondStage(given: NodeJS.ProcessEnv): Promise<void> {
  const second = need(secondStage) as { run: typeof run }; // its entry is app.ts
  return second.run(given);
}

// Under the name of buildx or compose the metadata must be the real one's, which the second stage asks for.
const standsIn = ['docker-buildx', 'docker-compose'].includes(parse(process.argv0).name);

if (process.argv[2] === 'docker-cli-plugin-metadata' && !standsIn) {
  writeSync(1, handshakeAnswer);
} else {
  void startSecondStage(shedVariables());
}
