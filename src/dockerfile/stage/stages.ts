import { type FromInstruction, type Instruction, parseInstruction } from '../instruction/instruction.ts';
import type { Pair } from '../instruction/instruction-arguments.ts';
import { type InstructionNode, type ParsedDockerfile, placeIn } from '../instruction/instruction-lines.ts';
import type { FrontendRelease } from '../text/frontend-release.ts';
import { invalidDockerfile, placed } from '../text/invalid-dockerfile.ts';

/** A stage as the file defines it. */
export interface Stage {
  /** From 0. */
  readonly index: number;
  readonly node: InstructionNode;
  readonly from: FromInstruction;
  readonly instructions: readonly Instruction[];
}

/** An ARG in front of the first FROM. */
interface GlobalArgument {
  readonly node: InstructionNode;
  readonly pairs: readonly Pair[];
}

export interface StagedDockerfile {
  readonly escape: string;
  readonly release: FrontendRelease;
  readonly globals: readonly GlobalArgument[];
  /** At least one. */
  readonly stages: readonly Stage[];
}

/**
 * Checks the instructions and groups them into stages.
 * @throws VerifyError `dockerfile.invalid` with the place
 */
export function groupStages(parsed: ParsedDockerfile, file: string): StagedDockerfile {
  const globals: GlobalArgument[] = [];
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const node of parsed.nodes) {
    const instruction = placed(placeIn(node, 0), () => parseInstruction(node));
    const stage = stages.at(-1);
    if (instruction.kind === 'from') {
      stages.push({ index: stages.length, node, from: instruction.from, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.kind === 'arg') globals.push({ node, pairs: instruction.pairs });
    else {
      const hint = 'only ARG may stand before the first FROM';
      throw invalidDockerfile('no build stage in current context', placeIn(node, 0), hint);
    }
  }
  if (stages.length === 0)
    throw invalidDockerfile('dockerfile contains no stages to build', { file }, 'it needs a FROM');
  return { escape: parsed.escape, release: parsed.release, globals, stages };
}
