import ts from 'typescript';
import { hostOf } from './host.ts';
import { regexMutations } from './regex-mutations.ts';

/** A stretch of a source, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One change to a source: the text of the span gives way to `replacement`. */
export interface Mutation extends Span {
  readonly mutator: string;
  readonly replacement: string;
  /** The smallest expression, block or statement around it that can be chosen at run time in place of its mutated copy. */
  readonly host: Host;
  /** Whether it stands outside of all functions, so that it counts when its source is loaded. */
  readonly isStatic: boolean;
}

export interface Host extends Span {
  readonly kind: 'expression' | 'block' | 'statement';
}

interface Change {
  readonly mutator: string;
  readonly at: Span;
  readonly replacement: string;
}

const kinds = ts.SyntaxKind;
type Operators = Readonly<Partial<Record<ts.SyntaxKind, readonly string[]>>>;

const equality: Operators = {
  [kinds.EqualsEqualsEqualsToken]: ['!=='],
  [kinds.ExclamationEqualsEqualsToken]: ['==='],
  [kinds.LessThanToken]: ['<=', '>='],
  [kinds.LessThanEqualsToken]: ['<', '>'],
  [kinds.GreaterThanToken]: ['>=', '<='],
  [kinds.GreaterThanEqualsToken]: ['>', '<'],
};
const logical: Operators = {
  [kinds.AmpersandAmpersandToken]: ['||'],
  [kinds.BarBarToken]: ['&&'],
  [kinds.QuestionQuestionToken]: ['&&'],
};
const arithmetic: Operators = {
  [kinds.PlusToken]: ['-'],
  [kinds.MinusToken]: ['+'],
  [kinds.AsteriskToken]: ['/'],
  [kinds.SlashToken]: ['*'],
  [kinds.PercentToken]: ['*'],
};
const assignment: Operators = {
  [kinds.PlusEqualsToken]: ['-='],
  [kinds.MinusEqualsToken]: ['+='],
  [kinds.AmpersandAmpersandEqualsToken]: ['||='],
  [kinds.BarBarEqualsToken]: ['&&='],
  [kinds.QuestionQuestionEqualsToken]: ['&&='],
};
/** Methods and what stands in for them; null: the call is left out. */
const methods = new Map<string, string | null>([
  ['every', 'some'],
  ['some', 'every'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['toLowerCase', 'toUpperCase'],
  ['toUpperCase', 'toLowerCase'],
  ['min', 'max'],
  ['max', 'min'],
  ['trim', null],
  ['trimEnd', 'trimStart'],
  ['trimStart', 'trimEnd'],
  ['sort', null],
  ['toSorted', null],
  ['reverse', null],
  ['toReversed', null],
  ['filter', null],
  ['slice', null],
]);

const text = (node: ts.Node): string => node.getText();
const spanOf = (node: ts.Node): Span => ({ start: node.getStart(), end: node.getEnd() });
const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
/** Words for people: whether they are well chosen is not for a mutant to ask. */
const isProse = (words: string): boolean => words.trim().includes(' ');

function ofBinary(node: ts.Node): readonly Change[] {
  if (!ts.isBinaryExpression(node)) return [];
  const operator = node.operatorToken;
  const swap = (mutator: string, table: Operators): readonly Change[] =>
    (table[operator.kind] ?? []).map((replacement) => ({ mutator, at: spanOf(operator), replacement }));
  const changes = [
    ...swap('EqualityOperator', equality),
    // in brackets, since it may bind otherwise than what it replaces
    ...(logical[operator.kind] ?? []).map((other) => ({
      mutator: 'LogicalOperator',
      at: spanOf(node),
      replacement: `((${text(node.left)}) ${other} (${text(node.right)}))`,
    })),
    ...swap('AssignmentOperator', assignment),
    ...(isText(node.left) || isText(node.right) ? [] : swap('ArithmeticOperator', arithmetic)),
  ];
  const isCondition = operator.kind in equality || (operator.kind in logical && text(operator) !== '??');
  return isCondition ? [...changes, ...constants(node)] : changes;
}

function constants(node: ts.Node): readonly Change[] {
  return ['true', 'false'].map((replacement) => ({ mutator: 'ConditionalExpression', at: spanOf(node), replacement }));
}

function ofCondition(node: ts.Node): readonly Change[] {
  if (ts.isIfStatement(node)) return isComparison(node.expression) ? [] : constants(node.expression);
  if (ts.isConditionalExpression(node)) return isComparison(node.condition) ? [] : constants(node.condition);
  if ((ts.isWhileStatement(node) || ts.isDoStatement(node)) && !isComparison(node.expression)) {
    return [{ mutator: 'ConditionalExpression', at: spanOf(node.expression), replacement: 'false' }];
  }
  return [];
}

/** Those get their constants by themselves. */
function isComparison(node: ts.Expression): boolean {
  return ofBinary(node).some(({ mutator }) => mutator === 'ConditionalExpression');
}

function ofLiteral(node: ts.Node): readonly Change[] {
  if (node.kind === kinds.TrueKeyword || node.kind === kinds.FalseKeyword) {
    const replacement = node.kind === kinds.TrueKeyword ? 'false' : 'true';
    return [{ mutator: 'BooleanLiteral', at: spanOf(node), replacement }];
  }
  if (ts.isRegularExpressionLiteral(node)) {
    return regexMutations(text(node)).map((replacement) => ({ mutator: 'Regex', at: spanOf(node), replacement }));
  }
  if (ts.isTemplateExpression(node)) {
    return isProse(literalText(node)) ? [] : [{ mutator: 'StringLiteral', at: spanOf(node), replacement: '``' }];
  }
  if (ts.isStringLiteralLike(node) && !isProse(node.text)) {
    return [{ mutator: 'StringLiteral', at: spanOf(node), replacement: node.text === '' ? '"mutated"' : '""' }];
  }
  return [];
}

function literalText(node: ts.TemplateExpression): string {
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('x');
}

function ofCollection(node: ts.Node): readonly Change[] {
  if (ts.isArrayLiteralExpression(node)) {
    const replacement = node.elements.length === 0 ? '["mutated"]' : '[]';
    return [{ mutator: 'ArrayDeclaration', at: spanOf(node), replacement }];
  }
  if (ts.isObjectLiteralExpression(node) && node.properties.length > 0) {
    return [{ mutator: 'ObjectLiteral', at: spanOf(node), replacement: '{}' }];
  }
  return [];
}

function ofCall(node: ts.Node): readonly Change[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { name, expression, questionDotToken } = node.expression;
  const other = methods.get(name.text);
  if (other === undefined || (other === null && questionDotToken !== undefined)) return [];
  const at = other === null ? { start: expression.getEnd(), end: node.getEnd() } : spanOf(name);
  return [{ mutator: 'MethodExpression', at, replacement: other ?? '' }];
}

function ofChain(node: ts.Node): readonly Change[] {
  const chained =
    ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node);
  if (!chained || node.questionDotToken === undefined) return [];
  const replacement = ts.isPropertyAccessExpression(node) ? '.' : '';
  return [{ mutator: 'OptionalChaining', at: spanOf(node.questionDotToken), replacement }];
}

function ofUnary(node: ts.Node): readonly Change[] {
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return [];
  const operand = spanOf(node.operand);
  const at = ts.isPrefixUnaryExpression(node)
    ? { start: node.getStart(), end: operand.start }
    : { start: operand.end, end: node.getEnd() };
  if (node.operator === kinds.ExclamationToken) return [{ mutator: 'BooleanLiteral', at, replacement: '' }];
  const swapped = { [kinds.PlusPlusToken]: '--', [kinds.MinusMinusToken]: '++', [kinds.MinusToken]: '+' };
  const replacement = Object.entries(swapped).find(([kind]) => Number(kind) === node.operator)?.[1];
  if (replacement === undefined) return [];
  return [{ mutator: node.operator === kinds.MinusToken ? 'UnaryOperator' : 'UpdateOperator', at, replacement }];
}

function ofBlock(node: ts.Node): readonly Change[] {
  if (ts.isBlock(node) && node.statements.length > 0) {
    const isConstructor = ts.isConstructorDeclaration(node.parent);
    return isConstructor ? [] : [{ mutator: 'BlockStatement', at: spanOf(node), replacement: '{}' }];
  }
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body) && text(node.body) !== 'undefined') {
    return [{ mutator: 'ArrowFunction', at: spanOf(node.body), replacement: 'undefined' }];
  }
  if (ts.isCaseClause(node) && node.statements.length > 0) {
    const [first, last] = [node.statements[0], node.statements.at(-1)];
    if (first === undefined || last === undefined || node.statements.length > 1) return [];
    return ts.isBlock(first) ? [] : [{ mutator: 'ConditionalExpression', at: spanOf(first), replacement: ';' }];
  }
  return [];
}

/** A check that is called for what it throws. */
function ofStatement(node: ts.Node): readonly Change[] {
  if (!ts.isExpressionStatement(node)) return [];
  const called = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression;
  const alone = ts.isBlock(node.parent) && node.parent.statements.length === 1;
  if (!ts.isCallExpression(called) || alone || called.expression.kind === kinds.SuperKeyword) return [];
  return [{ mutator: 'CallRemoval', at: spanOf(node.expression), replacement: 'undefined' }];
}

const mutators = [
  ofBinary,
  ofCondition,
  ofLiteral,
  ofCollection,
  ofCall,
  ofChain,
  ofUnary,
  ofBlock,
  ofStatement,
] satisfies readonly ((node: ts.Node) => readonly Change[])[];

/** Every mutation of one TypeScript source, in the order of the text: the mutators of Stryker and `CallRemoval`. Types, imports, names and words for people are left alone. */
export function mutationsOf(source: string): readonly Mutation[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ES2023, true);
  const found: Mutation[] = [];
  const visit = (node: ts.Node, isStatic: boolean): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    for (const { mutator, at, replacement } of mutators.flatMap((mutate) => mutate(node))) {
      const host = hostOf(node, at);
      if (host !== null) found.push({ mutator, replacement, host, isStatic, ...at });
    }
    ts.forEachChild(node, (child) => visit(child, isStatic && !ts.isFunctionLike(node)));
  };
  visit(file, true);
  return found.sort((one, other) => one.start - other.start || other.end - one.end);
}
