import { closestMatch } from 'leven';
import type { Use } from '../model/index.ts';

const mostMistyped = 2; // letters

/**
 * The stage that a word was perhaps meant for where BuildKit takes it for an image, as it does with every word that names no
 * earlier stage: one whose name is a letter or two from it, or that comes too late in the file. Null for what is plainly an image
 * (with registry, tag or digest), and where no stage but the asking one has nearly that name.
 */
export function nearStage(
  written: string,
  uses: readonly Pick<Use, 'kind' | 'stage'>[],
  stages: readonly string[],
): string | null {
  if (/[/:@$]/.test(written)) return null;
  const askers = new Set(uses.filter(({ kind }) => ['from', 'copy', 'mount'].includes(kind)).map(({ stage }) => stage));
  if (askers.size === 0) return null;
  const tolerated = Math.min(mostMistyped, Math.floor(written.length / 3));
  const others = new Map(stages.filter((stage) => !askers.has(stage)).map((stage) => [stage.toLowerCase(), stage]));
  const near = closestMatch(written.toLowerCase(), [...others.keys()], { maxDistance: tolerated });
  return near === undefined ? null : (others.get(near) ?? null);
}

/** What to write in place of a `--target` that is no stage. */
export function targetHint(written: string, stages: readonly string[]): string {
  if (stages.length === 0) return `no stage has a name: write FROM … AS ${written}`;
  const tolerated = Math.max(mostMistyped, Math.floor(written.length / 3));
  const near = closestMatch(written.toLowerCase(), [...stages], { maxDistance: tolerated });
  return near === undefined ? `its stages are ${stages.slice(0, 10).join(', ')}` : `did you mean --target ${near}?`;
}
