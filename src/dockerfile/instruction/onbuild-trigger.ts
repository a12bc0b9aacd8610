import type { FrontendRelease } from '../text/frontend-release.ts';
import { invalidDockerfile } from '../text/invalid-dockerfile.ts';
import { type Instruction, parseInstruction } from './instruction.ts';
import { type InstructionNode, parseInstructionLines } from './instruction-lines.ts';

/**
 * A trigger as an image's configuration keeps it: one instruction, as text.
 * @throws VerifyError `dockerfile.invalid`
 */
export function parseTrigger(text: string, file: string, release: FrontendRelease): Instruction {
  const { nodes } = parseInstructionLines(text, file, release);
  const [node] = nodes;
  if (node === undefined || nodes.length !== 1) {
    throw invalidDockerfile('onbuild trigger should be a single expression');
  }
  return triggerOf(node);
}

/**
 * A trigger as an ONBUILD of the same file holds it.
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function triggerOf(node: InstructionNode): Instruction {
  const instruction = parseInstruction(node);
  if (instruction.kind === 'from') throw invalidDockerfile('FROM is not a command type');
  return instruction;
}
