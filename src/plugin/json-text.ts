import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { parseBoundedJson } from '../model/index.ts';
import { applyEdit, type TextEdit } from './text-edit.ts';

/** Docker's own indentation (docker/cli, config/configfile: MarshalIndent with a tab). */
const tab = '\t';

interface Style {
  /** What stands before each member: a line break with its indentation, blanks, or nothing. */
  readonly gap: string;
  readonly newline: string | null;
  /** One step of indentation. */
  readonly unit: string;
  readonly indent: string;
}

function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** How the members of a container that has some are laid out. */
function styleOf(text: string, container: Node, root: Node): Style {
  const gapOf = (node: Node): string => text.slice(node.offset + 1, node.children?.[0]?.offset ?? node.offset + 1);
  const gap = gapOf(container);
  const rootGap = gapOf(root);
  const unit = rootGap.includes('\n') ? rootGap.slice(rootGap.lastIndexOf('\n') + 1) : tab;
  const isBroken = gap.includes('\n');
  return {
    gap,
    newline: isBroken ? newlineOf(text) : null,
    unit,
    indent: isBroken ? gap.slice(gap.lastIndexOf('\n') + 1) : '',
  };
}

function render(value: unknown, style: Style): string {
  if (style.newline === null) return JSON.stringify(value);
  return JSON.stringify(value, null, style.unit).replaceAll('\n', style.newline + style.indent);
}

function member(key: string, value: unknown, style: Style): string {
  return `${JSON.stringify(key)}:${style.newline === null && style.gap === '' ? '' : ' '}${render(value, style)}`;
}

/** The indentation of the line that `offset` is on. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Fills a container that has no members, in the style of the rest of the text. */
function fill(
  text: string,
  container: Node,
  root: Node,
  content: (style: Style) => string,
  brackets: string,
): TextEdit {
  const isRoot = container === root;
  const { unit } = styleOf(text, root, root);
  const isBroken = isRoot || text.slice(root.offset, root.offset + root.length).includes('\n');
  const outer = indentAt(text, container.offset);
  const newline = isBroken ? newlineOf(text) : null;
  const style = { gap: '', newline, unit, indent: outer + unit };
  const [open = '', close = ''] = brackets;
  const inner = content(style);
  const body = newline === null ? inner : newline + outer + unit + inner + newline + outer;
  return { offset: container.offset, length: container.length, content: open + body + close };
}

/** A text that is one JSON object, and the edits that would change it while everything else stays as it is. */
export class JsonText {
  readonly text: string;
  readonly #root: Node;

  /** @throws SyntaxError where `text` is not JSON, or no object */
  constructor(text: string) {
    const parsed: unknown = parseBoundedJson(text);
    const root = parseTree(text);
    if (root === undefined || root.type !== 'object' || typeof parsed !== 'object')
      throw new SyntaxError('not an object');
    this.text = text;
    this.#root = root;
  }

  /** The names of the members of the outermost object, in order, repeated where they are repeated. */
  names(): readonly string[] {
    return (this.#root.children ?? []).map((property) => String(property.children?.[0]?.value));
  }

  /** The value at `path`; undefined where there is none. */
  valueAt(path: readonly (string | number)[]): unknown {
    let value: unknown = parseBoundedJson(this.text);
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = Reflect.get(value, step);
    }
    return value;
  }

  #nodeAt(path: readonly (string | number)[]): Node | undefined {
    return findNodeAtLocation(this.#root, [...path]);
  }

  /** Puts `value` under `key` into the object at `path`, which exists: in place of what is there, else as the last member. */
  set(path: readonly string[], key: string, value: unknown): TextEdit {
    const present = this.#nodeAt([...path, key]);
    if (present !== undefined)
      return { offset: present.offset, length: present.length, content: JSON.stringify(value) };
    const object = this.#nodeAt(path) ?? this.#root;
    const last = object.children?.at(-1);
    if (last === undefined) return fill(this.text, object, this.#root, (style) => member(key, value, style), '{}');
    const style = styleOf(this.text, object, this.#root);
    return { offset: last.offset + last.length, length: 0, content: `,${style.gap}${member(key, value, style)}` };
  }

  /** Puts `value` first into the array at `path`, which exists. */
  prepend(path: readonly string[], value: string): TextEdit {
    const array = this.#nodeAt(path) ?? this.#root;
    const first = array.children?.[0];
    if (first === undefined) return fill(this.text, array, this.#root, () => JSON.stringify(value), '[]');
    const { gap } = styleOf(this.text, array, this.#root);
    return { offset: first.offset, length: 0, content: `${JSON.stringify(value)},${gap}` };
  }

  /** The text without the member or element at `path`; unchanged where there is none. */
  without(path: readonly (string | number)[]): string {
    const value = this.#nodeAt(path);
    if (value === undefined || path.length === 0) return this.text;
    const item = value.parent?.type === 'property' ? value.parent : value;
    return applyEdit(this.text, removal(item));
  }
}

/** Takes an item out of its container together with the comma that it needed. */
function removal(item: Node): TextEdit {
  const container = item.parent ?? item;
  const items = container.children ?? [];
  const index = items.indexOf(item);
  const before = items[index - 1];
  const after = items[index + 1];
  const end = item.offset + item.length;
  if (after !== undefined) return { offset: item.offset, length: after.offset - item.offset, content: '' };
  if (before === undefined) return { offset: container.offset + 1, length: container.length - 2, content: '' };
  const start = before.offset + before.length;
  return { offset: start, length: end - start, content: '' };
}
