import ts from 'typescript';
import type { Host, Span } from './mutations.ts';

/** The smallest host around the span that belongs to `node`; null where there is none, or where what stands there is a name and not a value. */
export function hostOf(node: ts.Node, span: Span): Host | null {
  if (ts.isCaseClause(node)) return { kind: 'statement', ...span };
  if (isName(node)) return null;
  let at = ts.isArrowFunction(node) || ts.isExpressionStatement(node) ? inner(node) : node;
  while (!ts.isSourceFile(at)) {
    const holds = at.getStart() <= span.start && at.getEnd() >= span.end;
    if (holds && ts.isBlock(at)) return isChoosable(at) ? hosted('block', at) : null;
    if (holds && ts.isExpression(at) && isValue(at)) return hosted('expression', at);
    if (ts.isIfStatement(at) || ts.isIterationStatement(at, false)) return conditionOf(at, span);
    at = at.parent;
  }
  return null;
}

function hosted(kind: Host['kind'], node: ts.Node): Host {
  return { kind, start: node.getStart(), end: node.getEnd() };
}

function inner(node: ts.ArrowFunction | ts.ExpressionStatement): ts.Node {
  return ts.isArrowFunction(node) ? node.body : node.expression;
}

function conditionOf(node: ts.Statement, span: Span): Host | null {
  const condition = node.getChildren().find((child) => child.getStart() <= span.start && child.getEnd() >= span.end);
  return condition !== undefined && ts.isExpression(condition) ? hosted('expression', condition) : null;
}

/** Property names, also of what is taken apart, and the texts in a type or an import. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) return parent.name === node;
  return ts.isLiteralTypeNode(parent) || isImported(node) || ts.isComputedPropertyName(parent);
}

function isImported(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}

/** The block of a function, a branch, a loop or a try: all can stand for a block with a choice in it. */
function isChoosable(node: ts.Block): boolean {
  return !ts.isCatchClause(node.parent) || node.statements.length > 0;
}

/** Whether an expression stands where a choice in brackets means the same: not what is called or accessed, nor what is assigned to. */
function isValue(node: ts.Expression): boolean {
  const { parent } = node;
  const isAccessed =
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent) ||
      ts.isNewExpression(parent) ||
      ts.isNonNullExpression(parent)) &&
    parent.expression === node;
  if (isAccessed || isName(node) || ts.isTaggedTemplateExpression(parent)) return false;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent)) return false;
  return (
    !ts.isPrefixUnaryExpression(parent) || parent.operator === ts.SyntaxKind.ExclamationToken || !ts.isIdentifier(node)
  );
}

function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
