import { lineage, standardInput, withDefaultPath } from '../../gate/index.ts';
import { lineageFormats, renderLineage } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf, readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify lineage IMAGE|PATH`, as a tree, JSON, Mermaid, DOT or SVG. */
export const lineageCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session, progress } = openSession(context, own, 'following the bases');
  const input = standardInput(process.stdin, context.environment);
  try {
    const images = await lineage(session, withDefaultPath(rest), input);
    progress.stop();
    await writeResult(context, own, (format, layout) =>
      renderLineage(images, formatOf(format, lineageFormats), layout),
    );
    return exitStatus.allowed;
  } finally {
    progress.stop();
    await input.dispose();
  }
};
