import type { ImagePackages } from '../../../model/index.ts';
import { packagesOfImage } from '../../examine/examination/packages-of-image.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { eachImage } from './each-image.ts';

/**
 * What software is inside the images named, or inside every image that a path uses.
 * @throws VerifyError `usage.*`, `dockerfile.*`; also where an image cannot be looked up
 */
export async function packages(
  session: Session,
  args: readonly string[],
  input: StandardInput,
): Promise<readonly ImagePackages[]> {
  return await eachImage(session, args, input, 'packages', packagesOfImage);
}
