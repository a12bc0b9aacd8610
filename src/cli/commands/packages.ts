import { type ImagePackages, packages, standardInput, withDefaultPath } from '../../gate/index.ts';
import { packagesFormats, renderPackages } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf, readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

function isKnown({ trust }: ImagePackages): boolean {
  return trust !== 'none';
}

/** `docker verify packages IMAGE|PATH`: what software is inside, as far as SBOMs say. */
export const packagesCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session, progress } = openSession(context, own, 'looking at what is inside');
  const input = standardInput(process.stdin, context.environment);
  try {
    const images = await packages(session, withDefaultPath(rest), input);
    progress.stop();
    await writeResult(context, own, (format, layout) =>
      renderPackages(images, formatOf(format, packagesFormats), layout),
    );
    return images.length === 0 || images.some(isKnown) ? exitStatus.allowed : exitStatus.unverifiable;
  } finally {
    progress.stop();
    await input.dispose();
  }
};
