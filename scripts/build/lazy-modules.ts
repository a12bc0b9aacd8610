import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import ts from 'typescript';
import { type Defined, definingModules } from './defining-module.ts';

/** Where modules of ours stand for esbuild, by their file. */
export const ownModules = 'own-modules';

/** Where a package stands for esbuild that is asked for by names: `NAMES of PACKAGE`. */
export const chosenNames = 'chosen-names';

/** What rewritten modules ask for beside what they say: small, and of no module in particular. */
export const helpers = 'lazy-module-helpers';

// What esbuild writes above a module that it turns into CommonJS; `helpers` stand in for those that are used.
const written =
  /^__(?:create|defProp|getOwnPropDesc|getOwnPropNames|getProtoOf|hasOwnProp|export|copyProps|reExport|toESM|toCommonJS)$/;

// CommonJS, since each module asks for it: of an ES module esbuild would make a copy each time.
const helperText = `
exports.exposeAll = (target, source) => {
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

/** The names that `__export(target, { name: () => value })` exports, as one object with getters: made at once, not name by name. */
function namesEdits(statement: ts.Statement): readonly Edit[] | null {
  if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return null;
  const [, names] = statement.expression.arguments;
  if (statement.expression.expression.getText() !== '__export' || names === undefined) return null;
  if (!ts.isObjectLiteralExpression(names)) throw new Error(`unknown form of exports: ${statement.getText()}`);
  const getters = names.properties.flatMap((property): readonly Edit[] => {
    if (!ts.isPropertyAssignment(property) || !ts.isArrowFunction(property.initializer))
      throw new Error(`unknown form of export: ${property.getText()}`);
    const { name, initializer } = property;
    return [
      { start: name.getStart(), end: name.getStart(), text: 'get ' },
      { start: name.getEnd(), end: initializer.body.getStart(), text: '() { return ' },
      { start: initializer.getEnd(), end: initializer.getEnd(), text: '; }' },
    ];
  });
  return [
    { start: statement.getStart(), end: names.getStart() + 1, text: 'module.exports = { __esModule: true,' },
    ...getters,
    { start: names.getEnd(), end: statement.getEnd(), text: ';' },
  ];
}

/** What becomes of the statements by which esbuild exports; null for any other. */
function exportEdits(statement: ts.Statement): readonly Edit[] | null {
  const names = namesEdits(statement);
  if (names !== null) return names;
  const text = statement.getText();
  const [start, end] = [statement.getStart(), statement.getEnd()];
  const all = /^__reExport\(\w+, require\("([^"]+)"\), module\.exports\);$/.exec(text);
  if (all !== null) return [{ start, end, text: `exposeAll(module.exports, require(${JSON.stringify(all[1])}));` }];
  const isPrepared = /^(?:var \w+_exports = \{\};|module\.exports = __toCommonJS\(\w+\);)$/.test(text);
  const isHelper =
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.every(({ name }) => written.test(name.getText()));
  return isPrepared || isHelper ? [{ start, end, text: '' }] : null;
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

/** The name of a module of which a member is used there; null where the module is used as a whole. */
function memberOf({ parent }: ts.Identifier): ts.MemberName | null {
  return ts.isPropertyAccessExpression(parent) ? parent.name : null;
}

function isOurs(module: string): boolean {
  return module.startsWith('.') && module.endsWith('.ts');
}

/** How a module is asked for: a package's by the names that are used, so that the bundler can leave out the rest of it. */
function address(module: string, uses: readonly ts.Identifier[]): string {
  if (isBuiltin(module) || isOurs(module)) return module;
  const members = uses.map((use) => {
    const member = memberOf(use);
    if (member === null) throw new Error(`${module} is used as a whole, so nothing of it could be left out`);
    return member.text;
  });
  return `${chosenNames}:${[...new Set(members)].toSorted().join(', ')} of ${module}`;
}

/** Where a use finds its value: in the module that defines it, if that can be said. */
function definedBy(use: ts.Identifier, module: string, path: string, find: FindDefined): Defined | null {
  const member = memberOf(use);
  return member === null || !isOurs(module) ? null : find(resolve(dirname(path), module), member.text);
}
type FindDefined = ReturnType<typeof definingModules>;

/** As one module asks for another of ours. */
function specifier(path: string, file: string): string {
  return `./${relative(dirname(path), file).replaceAll('\\', '/')}`;
}

/**
 * Rewrites a module, as esbuild turns it into CommonJS, so that each module it imports is evaluated when something of it is first used,
 * and those not at all that only hand on what others define.
 * @throws Error where the text holds what is not known here
 */
function withLazyImports(code: string, path: string, find: FindDefined): string {
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
  const edits: Edit[] = [];
  const imports = new Map<string, string>();
  for (const statement of source.statements) {
    const imported = importOf(statement);
    edits.push(...(exportEdits(statement) ?? []));
    if (imported === null) continue;
    imports.set(imported.name, imported.module);
    edits.push({ start: statement.getStart(), end: statement.getEnd(), text: '' });
  }
  const uses = usesOf(source, new Set(imports.keys()));
  const loaders = new Map<string, string>();
  const loaderOf = (asked: string, name: string): string => {
    const known = loaders.get(asked);
    if (known !== undefined) return known;
    const made = `${name}_${loaders.size}`;
    loaders.set(asked, made);
    return made;
  };
  for (const use of uses) {
    const module = imports.get(use.text) ?? '';
    const defined = definedBy(use, module, path, find);
    const asked =
      defined === null
        ? address(
            module,
            uses.filter(({ text }) => text === use.text),
          )
        : specifier(path, defined.file);
    edits.push({ start: use.getStart(), end: use.getEnd(), text: `(${loaderOf(asked, use.text)}())` });
    const member = memberOf(use);
    if (member !== null && defined !== null && defined.name !== member.text)
      edits.push({ start: member.getStart(), end: member.getEnd(), text: defined.name });
  }
  let rest = code;
  for (const { start, end, text } of edits.toSorted((left, right) => right.start - left.start || right.end - left.end))
    rest = rest.slice(0, start) + text + rest.slice(end);
  const lines = [...loaders].map(
    ([asked, name]) => `let ${name}$; const ${name} = () => ${name}$ ??= require(${JSON.stringify(asked)});`,
  );
  if (/\b__(?:toESM|toCommonJS|export|reExport)\b/.test(rest))
    throw new Error(`${path}: a form of module that is not known here`);
  if (rest.includes('exposeAll(')) lines.unshift(`const { exposeAll } = require('${helpers}');`);
  return `${lines.join('\n')}\n${rest}`;
}

/** A module of ours, ready to be bundled. */
async function loadOwnModule({ path }: esbuild.OnLoadArgs, find: FindDefined): Promise<esbuild.OnLoadResult> {
  const { code } = await esbuild.transform(await readFile(path, 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'node22',
    sourcefile: path,
  });
  return { contents: withLazyImports(code, path, find), loader: 'js', resolveDir: dirname(path) };
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
    const find = definingModules();
    build.onLoad({ filter: /.*/, namespace: ownModules }, (args) => loadOwnModule(args, find));
    build.onLoad({ filter: /.*/, namespace: chosenNames }, ({ path, pluginData }) => {
      const [module, names = ''] = path.split(' of ').toReversed();
      // CommonJS on top, for the same reason as above; some names are words of the language
      const chosen = names.split(', ');
      const imported = chosen.map((name, index) => `${name} as name${index}`).join(', ');
      const given = chosen.map((name, index) => `${name}: name${index}`).join(', ');
      const contents = `import { ${imported} } from ${JSON.stringify(module)};\nmodule.exports = { ${given} };`;
      return { contents, loader: 'js', resolveDir: String(pluginData) };
    });
  },
};
