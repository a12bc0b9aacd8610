import type { ImageUse } from '../../model/index.ts';

/** A word to whoever meant a stage: what is the name of no earlier stage is an image to BuildKit. Null where none has nearly that name. */
export function meantStage({ written, nearStage }: Pick<ImageUse, 'written' | 'nearStage'>): string | null {
  if (nearStage === undefined) return null;
  return nearStage.toLowerCase() === written.toLowerCase()
    ? `the stage "${nearStage}" comes too late in the Dockerfile to be meant: put it before its use`
    : `no stage is called "${written}": if the stage "${nearStage}" is meant, write that`;
}
