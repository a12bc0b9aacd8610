import { lineage, refuseUnknownOptions, splitOwnOptions, standardInput } from '../../gate/index.ts';
import { renderJsonDocument, renderLineage } from '../../report/index.ts';
import { type Command, layoutFor, openSession } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { refuseFormat } from '../refuse-format.ts';
import { outputTerminal } from '../streams.ts';
import { takeFormat } from '../take-format.ts';
import { writeResult } from '../write-result.ts';

/** How a chain of bases can be drawn, besides the formats of every report. */
const drawings = ['mermaid', 'dot', 'svg'] as const;

/** `docker verify lineage IMAGE|PATH`, as a tree, JSON, Mermaid, DOT or SVG. */
export const lineageCommand: Command = async (context, args) => {
  const { format: drawing, others } = takeFormat(args, drawings);
  const { own, rest } = splitOwnOptions(others, true, 'build');
  refuseUnknownOptions(rest);
  refuseFormat(own, 'lineage', drawings);
  const { session, progress } = openSession(context, own, 'following the bases');
  const input = standardInput(process.stdin, context.environment);
  try {
    const images = await lineage(session, rest, input);
    progress.stop();
    const layout = layoutFor(outputTerminal(), own, context.environment);
    const text =
      own.format === 'json' && drawing === null
        ? renderJsonDocument({ schemaVersion: 0, images })
        : await renderLineage(images, drawing ?? 'text', layout);
    await writeResult(text, own.output);
    return exitStatus.allowed;
  } finally {
    progress.stop();
    await input.dispose();
  }
};
