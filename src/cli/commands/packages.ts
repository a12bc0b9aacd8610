import { type ImagePackages, packages, withDefaultPath } from '../../gate/index.ts';
import { packagesFormats, renderPackages } from '../../report/index.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf } from '../read-arguments.ts';
import { commandOf } from '../run-command.ts';

function isKnown({ trust }: ImagePackages): boolean {
  return trust !== 'none';
}

/** `docker verify packages IMAGE|PATH`: what software is inside, as far as SBOMs say. */
export const packagesCommand = commandOf('looking at what is inside', async ({ session, rest, input, show }) => {
  const images = await packages(session, withDefaultPath(rest), input);
  await show((format, layout) => renderPackages(images, formatOf(format, packagesFormats), layout));
  return images.length === 0 || images.some(isKnown) ? exitStatus.allowed : exitStatus.unverifiable;
});
