import { type Copy, DockerfileParser, type From, type ModifiableInstruction } from 'dockerfile-ast';
import type { Place } from '../model/index.ts';
import { type InstructionNode, placeIn } from './instruction-lines.ts';

/** The part of dockerfile-ast's ranges that is used; the text is one line, so a column is an offset. */
interface LineRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly character: number };
}

/** Where the image of a FROM stands. */
export function placeOfBase(node: InstructionNode, base: string): Required<Place> {
  return find(node, base, (instruction) => rangeOfArgument(instruction as From, base));
}

/** Where the value of `COPY --from` stands. */
export function placeOfCopySource(node: InstructionNode, from: string): Required<Place> {
  return find(node, from, (instruction) => (instruction as Copy).getFromFlag()?.getValueRange() ?? null);
}

/** Where the value of `from` in the `index`-th `--mount` of a RUN stands. */
export function placeOfMountSource(node: InstructionNode, index: number, from: string): Required<Place> {
  return find(node, from, (instruction) => {
    const flags = (instruction as ModifiableInstruction).getFlags().filter((flag) => flag.getName() === 'mount');
    const options = flags[index]?.getOptions() ?? [];
    return options.findLast((option) => option.getName().toLowerCase() === 'from')?.getValueRange() ?? null;
  });
}

function rangeOfArgument(from: From, base: string): LineRange | null {
  return (
    from
      .getArguments()
      .find((argument) => argument.getValue() === base)
      ?.getRange() ?? null
  );
}

type AnyInstruction = ReturnType<ReturnType<typeof DockerfileParser.parse>['getInstructions']>[number];

/**
 * Asks dockerfile-ast for the range of `expected` within the instruction, put on one line since the library reads
 * continuations and heredocs in its own way. Where its answer is another text than BuildKit's, the first place where
 * the text stands counts.
 */
function find(
  node: InstructionNode,
  expected: string,
  rangeIn: (instruction: AnyInstruction) => LineRange | null,
): Required<Place> {
  const range = node.text.includes('<<') ? null : askLibrary(node, rangeIn);
  if (range !== null && node.text.slice(range.start.character, range.end.character).includes(expected)) {
    const quoted = node.text.slice(range.start.character, range.end.character).indexOf(expected);
    return placeIn(node, range.start.character + quoted);
  }
  const offset = node.text.indexOf(expected, node.keyword.length);
  return placeIn(node, Math.max(offset, 0));
}

function askLibrary(
  node: InstructionNode,
  rangeIn: (instruction: AnyInstruction) => LineRange | null,
): LineRange | null {
  const header = node.escape === '\\' ? '' : `# escape=${node.escape}\n`;
  const [instruction] = DockerfileParser.parse(header + node.text).getInstructions();
  if (instruction === undefined || instruction.getKeyword() !== node.command.toUpperCase()) return null;
  const range = rangeIn(instruction);
  return range !== null && range.start.line === (header === '' ? 0 : 1) ? range : null;
}
