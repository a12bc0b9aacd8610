import { join } from 'node:path';
import { cacheFolder, type Session } from './session.ts';

/** Where refreshed trusted roots are kept. */
export function trustFolder(session: Session): string {
  return join(cacheFolder(session), 'trust');
}
