import { closestMatch } from 'leven';
import { type ImageUse, nearestName, type Use } from '../../model/index.ts';

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
  return /[/:@$]/.test(written) ? null : nearestStage(written, uses, stages);
}

function nearestStage(
  written: string,
  uses: readonly Pick<Use, 'kind' | 'stage'>[],
  stages: readonly string[],
): string | null {
  const namingStages = new Set(
    uses.filter(({ kind }) => ['from', 'copy', 'mount'].includes(kind)).map(({ stage }) => stage),
  );
  if (namingStages.size === 0) return null;
  const tolerated = Math.min(mostMistyped, Math.floor(written.length / 3));
  const others = new Map(
    stages.filter((stage) => !namingStages.has(stage)).map((stage) => [stage.toLowerCase(), stage]),
  );
  const near = closestMatch(written.toLowerCase(), [...others.keys()], { maxDistance: tolerated });
  return near === undefined ? null : (others.get(near) ?? null);
}

/** The stage that the author probably meant: a name that no earlier stage has is an image to BuildKit. Null where no stage has nearly that name. */
export function meantStage({ written, nearStage: near }: Pick<ImageUse, 'written' | 'nearStage'>): string | null {
  // BuildKit looks for a number among the stages only in COPY --from
  if (/^\d+$/.test(written)) {
    return `the stages are numbered for COPY --from alone: if a stage is meant, give it a name with AS and write that`;
  }
  if (near === undefined) return null;
  return near.toLowerCase() === written.toLowerCase()
    ? `the stage "${near}" comes too late in the Dockerfile to be meant: put it before its use`
    : `no stage is called "${written}": if the stage "${near}" is meant, write that`;
}

/** The same about a word that can be the name of no image, so that it was surely meant for something else. */
export function meantInsteadOf(
  written: string,
  use: Pick<Use, 'kind' | 'stage'>,
  stages: readonly string[],
): string | null {
  if (/[/@$]/.test(written)) return null;
  const near = nearestStage(written, [use], stages);
  return near === null ? null : meantStage({ written, nearStage: near });
}

/**
 * The number of the stage that `COPY --from=` means, null where the word is no number to BuildKit (strconv.Atoi: a 64-bit integer).
 */
export function stageNumber(from: string): number | null {
  if (!/^[+-]?\d+$/.test(from)) return null;
  return BigInt.asIntN(64, BigInt(from.replace('+', ''))) === BigInt(from.replace('+', '')) ? Number(from) : null;
}

/** What to write in place of a number that no stage has. */
export function numberHint(count: number): string {
  const last = count - 1;
  return `the stages are counted from 0, and the last is ${last}; a name (FROM … AS name) does not shift when a stage is added`;
}

/** What to write in place of a `--target` that is no stage. */
export function targetHint(written: string, stages: readonly string[]): string {
  if (stages.length === 0) {
    return /^[a-z][a-z0-9_.-]*$/i.test(written)
      ? `no stage has a name: write FROM … AS ${written}`
      : 'stages are named, not numbered: write FROM … AS NAME, which begins with a letter, and --target NAME';
  }
  const near = nearestName(written, stages);
  return near === null ? `its stages are ${stages.slice(0, 10).join(', ')}` : `did you mean --target ${near}?`;
}
