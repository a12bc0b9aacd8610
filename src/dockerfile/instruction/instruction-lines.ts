import type { Place } from '../../model/index.ts';
import { DirectiveReader } from '../text/directives.ts';
import { anyRelease, type FrontendRelease } from '../text/frontend-release.ts';
import { invalidDockerfile, placed } from '../text/invalid-dockerfile.ts';
import { type SourceLine, splitLines } from '../text/source-lines.ts';
import { type SplitCommand, splitCommand } from '../text/split-command.ts';
import { trimStart } from '../text/whitespace.ts';
import { type HeredocMark, heredocsOfLine } from './heredoc.ts';
import { type Arguments, parseArguments } from './instruction-arguments.ts';

interface Heredoc extends HeredocMark {
  readonly content: string;
}

/** Where a stretch of an instruction's text stands in the file: `line` from 1, `column` from 1. */
interface Stretch {
  readonly from: number;
  readonly line: number;
  readonly column: number;
}

/** One instruction, put together from its lines, not yet checked. */
export interface InstructionNode extends SplitCommand {
  readonly file: string;
  /** Without continuations, comments and empty lines. */
  readonly text: string;
  readonly stretches: readonly Stretch[];
  /** From 1. */
  readonly line: number;
  readonly escape: string;
  /** In lower case; `''` for an empty line at the end of a continuation. */
  readonly command: string;
  /** Null where BuildKit does not know the keyword. */
  readonly arguments: Arguments | null;
  /** Of ONBUILD: the instruction that is put off, null where none is given. */
  readonly trigger: InstructionNode | null;
  readonly heredocs: readonly Heredoc[];
  readonly release: FrontendRelease;
}

/** A Dockerfile as instructions. */
export interface ParsedDockerfile {
  readonly nodes: readonly InstructionNode[];
  readonly escape: string;
  readonly release: FrontendRelease;
}

/** The place of the character at `offset` of an instruction's text. */
export function placeIn(node: InstructionNode, offset: number): Required<Place> {
  let low = 0;
  let high = node.stretches.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((node.stretches[middle]?.from ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const found: Stretch = node.stretches[low] ?? { from: 0, line: node.line, column: 1 };
  return { file: node.file, line: found.line, column: found.column + offset - found.from };
}

function isComment(line: string): boolean {
  return trimStart(line).startsWith('#');
}

/** Reads a Dockerfile line by line as BuildKit's parser does (frontend/dockerfile/parser). */
class LineReader {
  readonly nodes: InstructionNode[] = [];
  escape = '\\';
  readonly #file: string;
  readonly #lines: readonly SourceLine[];
  readonly #release: FrontendRelease;
  readonly #directives = new DirectiveReader();
  #at = 0;

  constructor(text: string, file: string, release: FrontendRelease) {
    this.#file = file;
    this.#release = release;
    this.#lines = splitLines(text, file);
  }

  readAll(): void {
    for (let line = this.#next(); line !== undefined; line = this.#next()) this.#readInstruction(line.text);
    if (this.nodes.length === 0) {
      throw invalidDockerfile('file with no instructions', { file: this.#file, line: 1, column: 1 });
    }
  }

  #next(): SourceLine | undefined {
    return this.#lines[this.#at++];
  }

  #readInstruction(source: string): void {
    const line = this.#at;
    const first = trimStart(source);
    const place = { file: this.#file, line, column: 1 };
    placed(place, () => this.#readDirective(first));
    if (first.startsWith('#')) return;
    const { text, stretches, ended } = this.#join(first, source.length - first.length);
    if (ended && text === '') return;
    const begin = { file: this.#file, line, column: source.length - first.length + 1 };
    const node = placed(begin, () => this.#node(text, stretches, line));
    this.nodes.push(placed(begin, () => ({ ...node, heredocs: this.#readHeredocs(node) })));
  }

  #readDirective(line: string): void {
    const directive = this.#directives.read(line);
    if (directive?.name !== 'escape') return;
    if (directive.value !== '\\' && directive.value !== '`') {
      throw invalidDockerfile(`invalid escape token '${directive.value}' does not match \` or \\`);
    }
    this.escape = directive.value;
  }

  /** Joins a line with those that continue it; `ended` is false where the file ends before the instruction does. */
  #join(first: string, indent: number): { text: string; stretches: readonly Stretch[]; ended: boolean } {
    const stretches: Stretch[] = [{ from: 0, line: this.#at, column: indent + 1 }];
    let { text: joined, ended } = this.#cutContinuation(first);
    const parts = [joined];
    let length = joined.length;
    while (!ended) {
      const next = this.#next();
      if (next === undefined) break;
      if (isComment(next.text) || trimStart(next.text) === '') continue;
      ({ text: joined, ended } = this.#cutContinuation(next.text));
      stretches.push({ from: length, line: this.#at, column: 1 });
      parts.push(joined);
      length += joined.length;
    }
    return { text: parts.join(''), stretches, ended };
  }

  #cutContinuation(line: string): { text: string; ended: boolean } {
    let end = line.length;
    while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
    const continued = line[end - 1] === this.escape && line[end - 2] !== this.escape;
    return continued ? { text: line.slice(0, end - 1), ended: false } : { text: line, ended: true };
  }

  #node(text: string, stretches: readonly Stretch[], line: number): InstructionNode {
    const split = splitCommand(text, this.escape);
    const command = split.keyword.toLowerCase();
    const trigger =
      command === 'onbuild' && split.rest !== '' ? this.#trigger(text, split.rest, stretches, line) : null;
    const own: Arguments = { words: [], json: false, pairs: [] };
    const parsed = command === 'onbuild' ? own : parseArguments(command, split.rest, this.escape);
    const file = this.#file;
    return {
      ...split,
      file,
      text,
      stretches,
      line,
      escape: this.escape,
      command,
      arguments: parsed,
      trigger,
      heredocs: [],
      release: this.#release,
    };
  }

  /** An ONBUILD within an ONBUILD is refused later, so it is not followed further. */
  #trigger(text: string, rest: string, stretches: readonly Stretch[], line: number): InstructionNode {
    const offset = text.lastIndexOf(rest);
    const moved = stretches.map((stretch) => ({ ...stretch, from: stretch.from - offset }));
    const nested = splitCommand(rest, this.escape).keyword.toLowerCase() === 'onbuild';
    return this.#node(nested ? 'ONBUILD' : rest, moved, line);
  }

  #readHeredocs(node: InstructionNode): readonly Heredoc[] {
    if (!canHoldHeredoc(node)) return [];
    return heredocsOfLine(node.text).map((mark) => ({ ...mark, content: this.#readHeredoc(mark) }));
  }

  #readHeredoc(mark: HeredocMark): string {
    const content: string[] = [];
    for (let line = this.#next(); line !== undefined; line = this.#next()) {
      if ((mark.cutsTabs ? line.text.replace(/^\t+/, '') : line.text) === mark.name) return content.join('');
      content.push(line.raw);
    }
    throw invalidDockerfile('unterminated heredoc');
  }
}

function canHoldHeredoc(node: InstructionNode): boolean {
  const own = node.trigger ?? node;
  return (own.command === 'add' || own.command === 'copy' || own.command === 'run') && own.arguments?.json !== true;
}

/**
 * Takes a Dockerfile's text apart into instructions, for the frontend that will read it.
 * @throws VerifyError `dockerfile.invalid` with the place, for whatever BuildKit's parser refuses
 */
export function parseInstructionLines(text: string, file: string, release = anyRelease): ParsedDockerfile {
  const reader = new LineReader(text, file, release);
  reader.readAll();
  return { nodes: reader.nodes, escape: reader.escape, release };
}
