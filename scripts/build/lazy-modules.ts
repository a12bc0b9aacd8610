import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import ts from 'typescript';

/** Where modules of ours stand for esbuild, by their file. */
export const ownModules = 'own-modules';

/** Where a package stands for esbuild that is asked for by names: `NAMES of PACKAGE`. */
export const chosenNames = 'chosen-names';

/** What rewritten modules ask for beside what they say: small, and of no module in particular. */
export const helpers = 'lazy-module-helpers';

// What esbuild writes above a module that it turns into CommonJS; `helpers` stand in for those that are used.
const written =
  /^__(?:create|defProp|getOwnPropDesc|getOwnPropNames|getProtoOf|hasOwnProp|export|copyProps|reExport|toESM|toCommonJS)$/;

const helperText = `
export const expose = (target, getters) => {
  for (const name in getters) Object.defineProperty(target, name, { get: getters[name], enumerable: true });
  Object.defineProperty(target, '__esModule', { value: true });
};
export const exposeAll = (target, source) => {
  for (const name in source) if (name !== 'default') Object.defineProperty(target, name, { get: () => source[name], enumerable: true });
};`;

/** A range of the text and what comes in its place. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The module that a top-level `var import_x = require("…")` asks for; null for another statement. */
function importOf(statement: ts.Statement): { readonly name: string; readonly module: string } | null {
  if (!ts.isVariableStatement(statement)) return null;
  const [declaration] = statement.declarationList.declarations;
  const found = /^(?:__toESM\()?require\("([^"]+)"\)/.exec(declaration?.initializer?.getText() ?? '');
  if (declaration === undefined || found === null || !ts.isIdentifier(declaration.name)) return null;
  return { name: declaration.name.text, module: found[1] ?? '' };
}

/** What becomes of the statements by which esbuild exports; null for any other. */
function exportEdit(statement: ts.Statement): Edit | null {
  const text = statement.getText();
  const [start, end] = [statement.getStart(), statement.getEnd()];
  const exporting = /^__export\(\w+/.exec(text);
  if (exporting !== null) return { start, end: start + exporting[0].length, text: 'expose(module.exports' };
  const all = /^__reExport\(\w+, require\("([^"]+)"\), module\.exports\);$/.exec(text);
  if (all !== null) return { start, end, text: `exposeAll(module.exports, require(${JSON.stringify(all[1])}));` };
  const isPrepared = /^(?:var \w+_exports = \{\};|module\.exports = __toCommonJS\(\w+\);)$/.test(text);
  const isHelper =
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.every(({ name }) => written.test(name.getText()));
  return isPrepared || isHelper ? { start, end, text: '' } : null;
}

/** Every use of the names, where they stand for a module. */
function usesOf(source: ts.SourceFile, names: ReadonlySet<string>): readonly ts.Identifier[] {
  const found: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && names.has(node.text)) {
      const { parent } = node;
      const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
      if (!isMember && !ts.isVariableDeclaration(parent)) found.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** How a module is asked for: a package's by the names that are used, so that the bundler can leave out the rest of it. */
function address(module: string, name: string, uses: readonly ts.Identifier[]): string {
  if (isBuiltin(module) || (module.startsWith('.') && module.endsWith('.ts'))) return module;
  const members = uses
    .filter(({ text }) => text === name)
    .map(({ parent }) => {
      if (ts.isPropertyAccessExpression(parent)) return parent.name.text;
      throw new Error(`${module} is used as a whole, so nothing of it could be left out`);
    });
  return `${chosenNames}:${[...new Set(members)].toSorted().join(', ')} of ${module}`;
}

/**
 * Rewrites a module, as esbuild turns it into CommonJS, so that each module it imports is evaluated when something of it is first used.
 * @throws Error where the text holds what is not known here
 */
function withLazyImports(code: string, path: string): string {
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
  const edits: Edit[] = [];
  const imports = new Map<string, string>();
  for (const statement of source.statements) {
    const imported = importOf(statement);
    const edit = exportEdit(statement);
    if (edit !== null) edits.push(edit);
    if (imported === null) continue;
    imports.set(imported.name, imported.module);
    edits.push({ start: statement.getStart(), end: statement.getEnd(), text: '' });
  }
  const uses = usesOf(source, new Set(imports.keys()));
  edits.push(...uses.map((use) => ({ start: use.getStart(), end: use.getEnd(), text: `(${use.text}())` })));
  let rest = code;
  for (const { start, end, text } of edits.toSorted((left, right) => right.start - left.start))
    rest = rest.slice(0, start) + text + rest.slice(end);
  const loaders = [...imports].map(([name, module]) => {
    const asked = JSON.stringify(address(module, name, uses));
    return `let ${name}$; const ${name} = () => ${name}$ ??= require(${asked});`;
  });
  if (/\b__(?:toESM|toCommonJS|export|reExport)\b/.test(rest))
    throw new Error(`${path}: a form of module that is not known here`);
  return `const { expose, exposeAll } = require('${helpers}');\n${loaders.join('\n')}\n${rest}`;
}

/** A module of ours, ready to be bundled. */
async function loadOwnModule({ path }: esbuild.OnLoadArgs): Promise<esbuild.OnLoadResult> {
  const { code } = await esbuild.transform(await readFile(path, 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'node22',
    sourcefile: path,
  });
  return { contents: withLazyImports(code, path), loader: 'js', resolveDir: dirname(path) };
}

/**
 * Has each module of the entry point's own sources evaluated when something of it is first used, not when a module that imports it is:
 * a command pays only for what it runs, however many modules its imports lead to. (A module must not count on being evaluated for its effects.)
 */
export const lazyModules: esbuild.Plugin = {
  name: 'lazy-modules',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind, importer, namespace, resolveDir }) => {
      if (kind === 'entry-point') return path.endsWith('.ts') ? { path, namespace: ownModules } : null;
      if (path === helpers) return { path, namespace: helpers };
      if (namespace !== ownModules) return null;
      if (path.startsWith('.') && path.endsWith('.ts'))
        return { path: resolve(dirname(importer), path), namespace: ownModules };
      if (!path.startsWith(`${chosenNames}:`)) return null;
      return { path: path.slice(chosenNames.length + 1), namespace: chosenNames, pluginData: resolveDir };
    });
    build.onLoad({ filter: /.*/, namespace: helpers }, () => ({ contents: helperText, loader: 'js' }));
    build.onLoad({ filter: /.*/, namespace: ownModules }, loadOwnModule);
    build.onLoad({ filter: /.*/, namespace: chosenNames }, ({ path, pluginData }) => {
      const [module, names] = path.split(' of ').toReversed();
      const contents = `export { ${names} } from ${JSON.stringify(module)};`;
      return { contents, loader: 'js', resolveDir: String(pluginData) };
    });
  },
};
