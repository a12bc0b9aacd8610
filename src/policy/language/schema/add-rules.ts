import { isAlias, isMap, isScalar, isSeq, type ParsedNode, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { stringifyYaml } from './stringify-yaml.ts';

type Rule = Readonly<Record<string, unknown>>;
/** Text put into a policy at an offset. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

function endOf(node: ParsedNode): number {
  return node.range[1];
}

/** Where the line ends that holds `offset`, behind its line break; the end of the text where it has none. */
function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

function indented(lines: string, columns: number): string {
  const margin = ' '.repeat(columns);
  return lines.replace(/^(?=.)/gm, margin);
}

function asLines(text: string, at: number, lines: string): Insertion {
  return { at, text: `${at > 0 && text[at - 1] !== '\n' ? '\n' : ''}${lines}` };
}

/** Behind the last value of brackets: `[…]` or `{…}`. */
function intoBrackets(text: string, node: YAMLSeq.Parsed | YAMLMap.Parsed, entry: string): Insertion {
  const close = endOf(node) - 1;
  const last = text.slice(0, close).trimEnd();
  return { at: last.length, text: node.items.length === 0 || last.endsWith(',') ? entry : `, ${entry}` };
}

function insertion(text: string, root: YAMLMap.Parsed, rules: readonly Rule[]): Insertion | null {
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === 'rules');
  const inJson = rules.map((rule) => JSON.stringify(rule)).join(', ');
  if (pair === undefined) {
    if (root.flow === true) return intoBrackets(text, root, `"rules": [${inJson}]`);
    return asLines(text, nextLine(text, endOf(root)), stringifyYaml({ rules }));
  }
  const { key, value } = pair;
  if (isSeq(value)) {
    if (value.flow === true) return intoBrackets(text, value, inJson);
    const [mark] = value.range;
    const column = mark - (text.lastIndexOf('\n', mark) + 1);
    return asLines(text, nextLine(text, endOf(value)), indented(stringifyYaml(rules), column));
  }
  const isEmpty = value === null || (isScalar(value) && value.value === null && value.source === '');
  if (!isEmpty || isAlias(value)) return null;
  return asLines(text, nextLine(text, endOf(key)), indented(stringifyYaml(rules), 2));
}

/**
 * The text of a policy with further rules behind those that it has; every other byte stays. Null where they cannot be put in so
 * (the rules are an alias, for instance).
 * @param text a policy that is valid
 */
export function addRules(text: string, rules: readonly Rule[]): string | null {
  const before = parseDocument(text, { version: '1.2', schema: 'core' });
  const root = before.contents;
  if (before.errors.length > 0 || !isMap(root)) return null;
  const found = insertion(text, root, rules);
  if (found === null) return null;
  const added = text.slice(0, found.at) + found.text + text.slice(found.at);
  // what comes out is read back: text of a person that was misunderstood is left alone
  const after = parseDocument(added, { version: '1.2', schema: 'core' });
  if (after.errors.length > 0) return null;
  const [old, now] = [before.toJS() as Rule, after.toJS() as Rule];
  const oldRules = Array.isArray(old['rules']) ? old['rules'] : [];
  return JSON.stringify(now) === JSON.stringify({ ...old, rules: [...oldRules, ...rules] }) ? added : null;
}
