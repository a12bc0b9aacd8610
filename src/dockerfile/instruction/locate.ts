import { type Copy, DockerfileParser, type Flag, type From, type ModifiableInstruction } from 'dockerfile-ast';
import type { Place } from '../../model/index.ts';
import { type InstructionNode, placeIn } from './instruction-lines.ts';

/** The part of dockerfile-ast's ranges that is used; the text is one line, so a column is an offset. */
interface LineRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly character: number };
}

/** Longer instructions are not put to the library, whose ranges cost more the longer the text is. */
const longestForLibrary = 16_384;

/** Where the image of a FROM stands. */
export function placeOfBase(node: InstructionNode, base: string): Required<Place> {
  return find(node, base, () => rangeOfArgument(ask(node) as From | null, base));
}

/** Where the value of `COPY --from` stands. */
export function placeOfCopySource(node: InstructionNode, from: string): Required<Place> {
  return find(node, from, () => (ask(node) as Copy | null)?.getFromFlag()?.getValueRange() ?? null);
}

/** Where the value of `from` in the `index`-th `--mount` of a RUN stands. */
export function placeOfMountSource(node: InstructionNode, index: number, from: string): Required<Place> {
  return find(node, from, () => {
    const options = mountFlags(node)[index]?.getOptions() ?? [];
    return options.findLast((option) => option.getName().toLowerCase() === 'from')?.getValueRange() ?? null;
  });
}

function rangeOfArgument(from: From | null, base: string): LineRange | null {
  const argument = from?.getArguments().find((candidate) => candidate.getValue() === base);
  return argument?.getRange() ?? null;
}

/**
 * The place of `expected` in the range that the library names. Where that holds another text than BuildKit's, the first
 * place where the text stands counts.
 */
function find(node: InstructionNode, expected: string, rangeIn: () => LineRange | null): Required<Place> {
  const range = rangeIn();
  const first = headerOf(node) === '' ? 0 : 1;
  if (range !== null && range.start.line === first) {
    const inside = node.text.slice(range.start.character, range.end.character).indexOf(expected);
    if (inside >= 0) return placeIn(node, range.start.character + inside);
  }
  return placeIn(node, Math.max(node.text.indexOf(expected, node.keyword.length), 0));
}

function headerOf(node: InstructionNode): string {
  return node.escape === '\\' ? '' : `# escape=${node.escape}\n`;
}

type AnyInstruction = ReturnType<ReturnType<typeof DockerfileParser.parse>['getInstructions']>[number];

/**
 * The instruction as dockerfile-ast sees it, put on one line, since the library reads continuations and heredocs in its
 * own way; null where it does not know it for the same.
 */
function ask(node: InstructionNode): AnyInstruction | null {
  if (node.text.length > longestForLibrary || node.text.includes('<<')) return null;
  const [instruction] = DockerfileParser.parse(headerOf(node) + node.text).getInstructions();
  return instruction?.getKeyword() === node.command.toUpperCase() ? instruction : null;
}

const knownMounts = new WeakMap<InstructionNode, readonly Flag[]>();

/** Kept, since every mount of an instruction asks for them. */
function mountFlags(node: InstructionNode): readonly Flag[] {
  const known = knownMounts.get(node);
  if (known !== undefined) return known;
  const instruction = ask(node) as ModifiableInstruction | null;
  const flags = (instruction?.getFlags() ?? []).filter((flag) => flag.getName() === 'mount');
  knownMounts.set(node, flags);
  return flags;
}
