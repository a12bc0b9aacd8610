import { lineage, withDefaultPath } from '../../gate/index.ts';
import { lineageFormats, renderLineage } from '../../report/index.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf } from '../read-arguments.ts';
import { commandOf } from '../run-command.ts';

/** `docker verify lineage IMAGE|PATH`, as a tree, JSON, Mermaid, DOT or SVG. */
export const lineageCommand = commandOf('following the bases', async ({ session, rest, input, show }) => {
  const images = await lineage(session, withDefaultPath(rest), input);
  await show((format, layout) => renderLineage(images, formatOf(format, lineageFormats), layout));
  return exitStatus.allowed;
});
