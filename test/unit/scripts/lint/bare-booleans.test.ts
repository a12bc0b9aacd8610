import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('src', path));

function isBoolean({ type, initializer }: ts.ParameterDeclaration): boolean {
  const literal = initializer?.kind === ts.SyntaxKind.TrueKeyword || initializer?.kind === ts.SyntaxKind.FalseKeyword;
  return type?.kind === ts.SyntaxKind.BooleanKeyword || (type === undefined && literal);
}

function visitAll(code: string, visit: (node: ts.Node) => void): void {
  const each = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, each);
  };
  each(ts.createSourceFile('source.ts', code, ts.ScriptTarget.ES2023, true));
}

/** Names of functions, each with the positions at which it takes a boolean. */
function takers(codes: readonly string[]): ReadonlyMap<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>();
  const note = (name: ts.Node | undefined, { parameters }: ts.SignatureDeclaration): void => {
    const at = parameters.flatMap((parameter, index) => (isBoolean(parameter) ? [index] : []));
    if (name === undefined || at.length === 0) return;
    found.set(name.getText(), new Set([...(found.get(name.getText()) ?? []), ...at]));
  };
  for (const code of codes)
    visitAll(code, (node) => {
      if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) note(node.name, node);
      if (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isArrowFunction(node.initializer))
        note(node.name, node.initializer);
    });
  return found;
}

/** Calls that hand over a bare `true` or `false`, which says nothing to a reader. */
function bareBooleans(codes: readonly string[]): readonly string[] {
  const taking = takers(codes);
  const found: string[] = [];
  for (const code of codes)
    visitAll(code, (node) => {
      if (!ts.isCallExpression(node)) return;
      const { expression } = node;
      const name = ts.isPropertyAccessExpression(expression) ? expression.name.getText() : expression.getText();
      const isBare = node.arguments.some(
        ({ kind }, index) =>
          (kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword) && taking.get(name)?.has(index),
      );
      if (isBare) found.push(node.getText());
    });
  return found;
}

it('options that are true or false are named where a function is called', () => {
  expect(bareBooleans(sources.map((path) => readFileSync(path, 'utf8')))).toEqual([]);
});

it.each([
  ['function f(a: string, b: boolean) {} f("x", true);', ['f("x", true)']],
  ['const f = (b = false) => b; f(true);', ['f(true)']],
  ['class A { add(b: boolean) {} go() { this.add(false); } }', ['this.add(false)']],
  ['function f(a: string, b: boolean) {} const c = 1 > 0; f("x", c);', []],
  ['function f({ b }: { b: boolean }) {} f({ b: true });', []],
])('looks at every call: %s', (code, expected) => {
  expect(bareBooleans([code])).toEqual(expected);
});
