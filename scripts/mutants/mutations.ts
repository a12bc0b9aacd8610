import ts from 'typescript';

/** One change to a source file: the text from `start` to `end` (offsets in UTF-16 units) gives way to `replacement`. */
export interface Mutation {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const operators: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.LessThanToken]: '>=',
  [ts.SyntaxKind.LessThanEqualsToken]: '>',
  [ts.SyntaxKind.GreaterThanToken]: '<=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '<',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
};

const quantifiers: Readonly<Record<string, string>> = { every: 'some', some: 'every' };

type Rule = (node: ts.Node) => (Omit<Mutation, 'start' | 'end'> & { readonly at: ts.Node }) | null;

const text = (node: ts.Node): string => node.getText();

const onlyStatement = (node: ts.Statement): ts.Node =>
  ts.isBlock(node) && node.statements.length === 1 ? (node.statements[0] ?? node) : node;

const isRefusal = (node: ts.Node): boolean =>
  ts.isThrowStatement(node) ||
  (ts.isExpressionStatement(node) &&
    ts.isCallExpression(node.expression) &&
    /refuse|reject|fail|require|assert|check|verify/i.test(text(node.expression.expression)));

const rules: readonly Rule[] = [
  (node) => (isRefusal(node) ? { kind: 'refusal removed', at: node, replacement: ';' } : null),
  (node) => {
    const operator = ts.isBinaryExpression(node) ? operators[node.operatorToken.kind] : undefined;
    return operator !== undefined && ts.isBinaryExpression(node)
      ? { kind: `${text(node.operatorToken)} to ${operator}`, at: node.operatorToken, replacement: operator }
      : null;
  },
  (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
    const { name } = node.expression;
    const replacement = Object.hasOwn(quantifiers, name.text) ? quantifiers[name.text] : undefined;
    return replacement === undefined ? null : { kind: `${name.text} to ${replacement}`, at: name, replacement };
  },
  (node) =>
    ts.isIfStatement(node)
      ? { kind: 'condition negated', at: node.expression, replacement: `!(${text(node.expression)})` }
      : null,
  (node) =>
    ts.isIfStatement(node) &&
    (isRefusal(onlyStatement(node.thenStatement)) || ts.isReturnStatement(onlyStatement(node.thenStatement)))
      ? { kind: 'guard never taken', at: node.expression, replacement: 'false' }
      : null,
  (node) =>
    ts.isConditionalExpression(node)
      ? { kind: 'choice swapped', at: node.condition, replacement: `!(${text(node.condition)})` }
      : null,
  (node) =>
    node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword
      ? { kind: `${text(node)} flipped`, at: node, replacement: text(node) === 'true' ? 'false' : 'true' }
      : null,
];

/** Every mutation of one TypeScript source, in the order of the text. Types are left alone: they are gone before anything runs. */
export function mutationsOf(source: string): readonly Mutation[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ES2023, true);
  const found: Mutation[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    for (const rule of rules) {
      const change = rule(node);
      if (change !== null) {
        const { kind, at, replacement } = change;
        found.push({ kind, replacement, start: at.getStart(file), end: at.getEnd() });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found.sort((one, other) => one.start - other.start);
}
