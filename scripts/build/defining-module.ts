import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

/** Where a module gets what it exports. */
interface Exports {
  /** Names of its own, or of a package's. */
  readonly own: ReadonlySet<string>;
  /** Names of another module of ours, by what they are exported as. */
  readonly handedOn: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  /** Modules of ours all of whose names it exports. */
  readonly whole: readonly string[];
}

/** A name, and the module in which it is said what it stands for. */
export interface Defined {
  readonly file: string;
  readonly name: string;
}

function ourFile(file: string, specifier: ts.Expression | undefined): string | null {
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return null;
  return /^\..*\.ts$/.test(specifier.text) ? resolve(dirname(file), specifier.text) : null;
}

function declaredNames(statement: ts.Statement): readonly string[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
  if (!isExported) return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const isNamed =
    ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

function exportsOf(file: string): Exports {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023);
  const own = new Set(source.statements.flatMap(declaredNames));
  const handedOn = new Map<string, Defined>();
  const whole: string[] = [];
  for (const statement of source.statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const { exportClause, moduleSpecifier } = statement;
    const from = ourFile(file, moduleSpecifier);
    if (exportClause === undefined) {
      if (from !== null) whole.push(from);
    } else if (ts.isNamedExports(exportClause)) {
      for (const { name, propertyName } of exportClause.elements)
        if (from === null) own.add(name.text);
        else handedOn.set(name.text, { file: from, name: (propertyName ?? name).text });
    }
  }
  return { own, handedOn, whole };
}

/**
 * Finds the module that defines what another exports: a module that only hands on what others define need not be evaluated for it.
 * @returns a function that answers null where no module of ours is known to define it
 */
export function definingModules(): (file: string, name: string) => Defined | null {
  const known = new Map<string, Exports>();
  const find = (file: string, name: string): Defined | null => {
    const { own, handedOn, whole } = known.get(file) ?? exportsOf(file);
    if (!known.has(file)) known.set(file, { own, handedOn, whole });
    if (own.has(name)) return { file, name };
    const other = handedOn.get(name);
    if (other !== undefined) return find(other.file, other.name);
    if (name !== 'default')
      for (const each of whole) {
        const found = find(each, name);
        if (found !== null) return found;
      }
    return null;
  };
  return find;
}
