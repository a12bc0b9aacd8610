import { isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import type * as esbuild from 'esbuild';
import { root } from './folders.ts';
import { chosenNames, helpers, ownModules } from './lazy-modules.ts';

/**
 * The scripts that the second stage is cut into, each with a code cache of its own: a run reads those alone that it needs. What a command
 * of `warm-up.ts` is the first to evaluate goes into the part of its name, all else into the last but for what `placed` says.
 */
export const partNames = ['start', 'scan', 'check', 'keyless', 'build', 'rest'] as const;

/** One of them. */
export type PartName = (typeof partNames)[number];

// What those commands do not come to: other signatures, and other builds.
const placed: readonly { readonly keys: RegExp; readonly part: PartName }[] = [
  { keys: /^src\/signature\/(?:certificates\/|sigstore\/|[^/]+$)/, part: 'keyless' },
  { keys: /^src\/(?:builder|context|dockerfile|gate\/(?:examine|run|session)|invocation|records)\//, part: 'build' },
  // tuf-js shares a package with dockerode, and another with the proof of a root that it has fetched.
  { keys: /^(?:dockerode|tuf-js|@tufjs\/models|@balena\/dockerignore|leven)$/, part: 'build' },
];

/** A module that one of ours asks for: another of ours, or a package with the names that are used of it. */
interface Asked {
  readonly path: string;
  readonly namespace: string;
  readonly resolveDir: string;
  /** How it is asked for: `import` may find another file than `require`. */
  readonly kind: esbuild.ImportKind;
}

/** Which module stands in which part; modules of ours by their file from the project's folder on, packages by their name. */
export interface Division {
  readonly parts: ReadonlyMap<string, PartName>;
  /** Everything that a part may be asked for: its place in this list is what it is asked by. */
  readonly asked: readonly Asked[];
}

/** What a module is divided by; null where it stays with the one that asks for it. */
function keyOf({ path, namespace }: Asked): string | null {
  if (namespace === ownModules) return relative(root, path).replaceAll('\\', '/');
  const specifier = namespace === chosenNames ? (path.split(' of ').at(-1) ?? path) : path;
  return /^[.#]/.test(specifier) || specifier === helpers || isBuiltin(specifier)
    ? null
    : (/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
}

function asks({ path, importer, namespace, resolveDir, kind }: esbuild.OnResolveArgs): Asked | null {
  if (namespace !== ownModules) return null;
  const chosen = `${chosenNames}:`;
  if (path.startsWith(chosen)) return { path: path.slice(chosen.length), namespace: chosenNames, resolveDir, kind };
  if (!/^\..*\.ts$/.test(path)) return { path, namespace: 'file', resolveDir, kind };
  return { path: resolve(importer, '..', path), namespace: ownModules, resolveDir, kind };
}

function nameOf({ path, namespace }: Asked): string {
  return namespace === ownModules ? relative(root, path).replaceAll('\\', '/') : `${namespace} ${path}`;
}

/** Notes what modules of ours ask for, under names that sort the same in any folder. */
export function noteAsked(asked: Map<string, Asked>, left: readonly string[]): esbuild.Plugin {
  return {
    name: 'note-asked',
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => {
        const found = asks(args);
        if (found !== null && keyOf(found) !== null && !left.includes(found.path)) asked.set(nameOf(found), found);
        return null;
      });
    },
  };
}

/**
 * Divides what was asked for.
 * @param entry the file that everything begins with
 * @param evaluated for each file that was evaluated, as esbuild names it, the part of the first command that did
 */
export function divide(
  asked: ReadonlyMap<string, Asked>,
  entry: string,
  evaluated: Readonly<Record<string, PartName>>,
): Division {
  const all = new Map<string, Asked>([
    ...asked,
    [entry, { path: join(root, entry), namespace: ownModules, resolveDir: root, kind: 'entry-point' }],
  ]);
  const first = new Map<string, PartName>([[entry, 'start']]);
  for (const [file, part] of Object.entries(evaluated)) {
    const own = file.startsWith(`${ownModules}:`);
    const key = own
      ? relative(root, file.slice(ownModules.length + 1)).replaceAll('\\', '/')
      : /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
    const known = key === undefined ? undefined : first.get(key);
    if (key !== undefined && (known === undefined || partNames.indexOf(part) < partNames.indexOf(known)))
      first.set(key, part);
  }
  const parts = new Map<string, PartName>();
  for (const module of all.values()) {
    const key = keyOf(module);
    if (key === null) continue;
    parts.set(key, first.get(key) ?? placed.find(({ keys }) => keys.test(key))?.part ?? 'rest');
  }
  return { parts, asked: [...all.keys()].toSorted().flatMap((name) => all.get(name) ?? []) };
}

/** What another part asks for a module by (`main.ts`). */
export function addressOf({ parts, asked }: Division, name: string): string {
  const index = asked.findIndex((module) => nameOf(module) === name);
  const module = asked[index];
  if (module === undefined) throw new Error(`no part holds ${name}`);
  return `part:${parts.get(keyOf(module) ?? '')}:${index}`;
}

/** The text of a part's own entry: a function that answers with the module at a place of the list. */
function entryText({ parts, asked }: Division, part: PartName): string {
  const cases = asked.flatMap((module, index) =>
    parts.get(keyOf(module) ?? '') === part ? [`case ${index}: return require("asked:${index}");`] : [],
  );
  return `module.exports = (index) => { switch (index) { ${cases.join('\n')} } };`;
}

/** Bundles one part: what stands in another is asked for there, at the time that it is used. */
export function onePart(division: Division, part: PartName): esbuild.Plugin {
  const namespace = 'part-entry';
  return {
    name: 'one-part',
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => {
        if (args.kind === 'entry-point') return { path: part, namespace };
        if (args.namespace === namespace) {
          const found = division.asked[Number(args.path.replace('asked:', ''))];
          if (found === undefined) throw new Error(`${args.path} is not in the list`);
          if (found.namespace !== 'file')
            return { path: found.path, namespace: found.namespace, pluginData: found.resolveDir };
          return build.resolve(found.path, { resolveDir: found.resolveDir, kind: found.kind });
        }
        const found = asks(args);
        const key = found === null ? null : keyOf(found);
        const other = key === null ? undefined : division.parts.get(key);
        if (found === null || other === undefined || other === part) return null;
        return { path: addressOf(division, nameOf(found)), external: true };
      });
      build.onLoad({ filter: /.*/, namespace }, () => ({
        contents: entryText(division, part),
        loader: 'js',
        resolveDir: root,
      }));
    },
  };
}

/**
 * Refuses what would be there twice, with two of all that it keeps: a package of two others that stand in different parts.
 * @param modules the files of each part
 * @throws Error naming them
 */
export function refuseTwice(modules: readonly (readonly string[])[]): void {
  const all = modules.flat();
  const twice = all.filter((file, index) => all.indexOf(file) !== index);
  if (twice.length > 0) throw new Error(`in more than one part, see parts.ts: ${twice.join(', ')}`);
}
