import {
  type ImagePackages,
  packages,
  refuseUnknownOptions,
  splitOwnOptions,
  standardInput,
} from '../../gate/index.ts';
import { type PackagesFormat, renderPackages } from '../../report/index.ts';
import { type Command, layoutFor, openSession } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { chooseFormat } from '../refuse-format.ts';
import { outputTerminal } from '../streams.ts';
import { writeResult } from '../write-result.ts';

const formats: readonly PackagesFormat[] = ['text', 'json', 'csv'];

function isKnown({ trust }: ImagePackages): boolean {
  return trust !== 'none';
}

/** `docker verify packages IMAGE|PATH`: what software is inside, as far as SBOMs say. */
export const packagesCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  refuseUnknownOptions(rest);
  const format = chooseFormat(own, 'packages', formats);
  const { session, progress } = openSession(context, own, 'looking at what is inside');
  const input = standardInput(process.stdin, context.environment);
  try {
    const images = await packages(session, rest, input);
    progress.stop();
    const layout = layoutFor(outputTerminal(), own, context.environment);
    await writeResult(renderPackages(images, format, layout), own.output);
    return images.length === 0 || images.some(isKnown) ? exitStatus.allowed : exitStatus.unverifiable;
  } finally {
    progress.stop();
    await input.dispose();
  }
};
