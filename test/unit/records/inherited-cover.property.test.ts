import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ExposureState, RecordedImage } from '../../../src/model/index.ts';
import { appendRecords } from '../../../src/records/index.ts';
import { askJournal } from './ask-journal.ts';
import { amd64, arm64, know, used } from './known-layers.ts';
import { digestFor, newStateFolder, record, spdx } from './support.ts';

const platforms = [amd64, arm64] as const;
const backdoor = digestFor('backdoor');
/** What is in each layer; one holds nothing. */
const contents: Readonly<Record<string, readonly string[]>> = {
  [digestFor('system')]: ['pkg:deb/debian/base-files@13-1'],
  [digestFor('other')]: ['pkg:deb/debian/other@1.0-1'],
  [backdoor]: ['pkg:deb/debian/xz-utils@5.6.1-1'],
  'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef': [],
};

/** What an image really holds for one platform, and what is known of it. What its SBOM says is true. */
interface Part {
  readonly layers: readonly string[];
  readonly isNoted: boolean;
  readonly hasSbom: boolean;
}

type Parts = Readonly<Record<(typeof platforms)[number], Part>>;

interface Scenario {
  readonly built: readonly (typeof platforms)[number][];
  readonly bases: readonly { readonly role: RecordedImage['role']; readonly parts: Parts }[];
  readonly result: Parts;
}

const innocent = Object.keys(contents).filter((layer) => layer !== backdoor);
const layer = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...innocent) },
  { weight: 1, arbitrary: fc.constant(backdoor) },
);
const stack = fc.array(layer, { maxLength: 4 });
const mostly = fc.integer({ min: 0, max: 9 }).map((number) => number > 0);
const part = fc.record({ layers: stack, isNoted: mostly, hasSbom: mostly });
const base = fc.record({
  role: fc.constantFrom('runtime-base' as const, 'runtime-base' as const, 'build-stage' as const),
  parts: fc.record({ [amd64]: part, [arm64]: part }),
});
/** What is built is mostly what one of the bases holds, sometimes with more on it, sometimes anything. */
const own = fc.record({
  from: fc.constantFrom(0, 0, 0, 1, 2),
  more: fc.option(stack, { freq: 1 }),
  anything: stack,
  isNoted: mostly,
});

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    built: fc.subarray([...platforms], { minLength: 1 }),
    bases: fc.array(base, { minLength: 1, maxLength: 2 }),
    own: fc.record({ [amd64]: own, [arm64]: own }),
  })
  .map(({ built, bases, own: chosen }) => {
    const partOf = (platform: (typeof platforms)[number]): Part => {
      const { from, more, anything, isNoted } = chosen[platform];
      const below = bases[from]?.parts[platform].layers;
      return { layers: below === undefined ? anything : [...below, ...(more ?? [])], isNoted, hasSbom: false };
    };
    return { built, bases, result: { [amd64]: partOf(amd64), [arm64]: partOf(arm64) } };
  });

function packagesIn(layers: readonly string[]): readonly string[] {
  return [...new Set(layers.flatMap((layer) => contents[layer] ?? []))];
}

function filesIn({ layers }: Part): string {
  return layers.filter((layer) => packagesIn([layer]).length > 0).join(' ');
}

async function note(folder: string, name: string, parts: Parts, only: Scenario['built'] = platforms): Promise<void> {
  const known = only.filter((platform) => parts[platform].isNoted);
  const listed = only.filter((platform) => parts[platform].hasSbom);
  await know(folder, name, {
    layers: Object.fromEntries(known.map((platform) => [platform, parts[platform].layers])),
    sboms: Object.fromEntries(listed.map((platform) => [platform, spdx(packagesIn(parts[platform].layers))])),
  });
}

/** What must be answered, in other words than the program's. */
function expected({ built, bases, result }: Scenario): ExposureState {
  const partsOf = (role: string): readonly Part[] =>
    bases.filter((each) => each.role === role).flatMap(({ parts }) => platforms.map((platform) => parts[platform]));
  const listed = [...partsOf('runtime-base'), ...partsOf('build-stage')].filter(({ hasSbom }) => hasSbom);
  if (listed.some(({ layers }) => layers.includes(backdoor))) return 'affected';
  const answering = partsOf('runtime-base').filter(({ isNoted, hasSbom }) => isNoted && hasSbom);
  const isInherited = built.every((platform) => {
    const files = filesIn(result[platform]);
    return result[platform].isNoted && files !== '' && answering.some((each) => filesIn(each) === files);
  });
  return isInherited ? 'not-found' : 'unknown';
}

/** What becomes known of a build, and that it was made, each on its own. */
function stepsOf(folder: string, each: Scenario, index: number): readonly (() => Promise<unknown>)[] {
  const nameOf = (number: number): string => `base-${index}-${number}`;
  const images = each.bases.map(({ role }, number) => used(nameOf(number), each.built, role));
  return [
    ...each.bases.map(
      ({ parts }, number) =>
        () =>
          note(folder, nameOf(number), parts),
    ),
    () => note(folder, `app-${index}`, each.result, each.built),
    () => appendRecords(folder, [record(`app-${index}`, images, { platforms: each.built })]),
  ];
}

async function answersTo(folder: string): Promise<ReadonlyMap<string | undefined, ExposureState>> {
  const rows = await askJournal(folder, 'xz-utils@5.6.0 - 5.6.1');
  return new Map(rows.map(({ build, state }) => [build.tags[0], state]));
}

it('of builds of any layers, on any bases, not-found is said where all is known and it is in none of them, and nowhere else', async () => {
  const counts = new Map<ExposureState, number>();
  const scenarios = fc.array(scenario, { minLength: 20, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(scenarios, fc.nat(), async (builds, start) => {
      const folder = newStateFolder();
      const inTurn = builds.flatMap((each, index) => stepsOf(folder, each, index));
      // all of them, begun anywhere: what is known before a build is made differs, and what the index holds half way
      const steps = inTurn.map((_, index) => inTurn[(index * 37 + start) % inTurn.length]);
      const all = new Set([...steps, ...inTurn]);
      for (const [index, step] of [...all].entries()) {
        // one after another: the order is what matters
        // oxlint-disable-next-line no-await-in-loop
        await step?.();
        // oxlint-disable-next-line no-await-in-loop
        if (index % 50 === 25) await answersTo(folder);
      }
      const states = await answersTo(folder);
      for (const [index, each] of builds.entries()) {
        const state = states.get(`app-${index}`) ?? 'unknown';
        const isInside = each.built.some((platform) => each.result[platform].layers.includes(backdoor));
        expect({ ...each, isMissed: isInside && state === 'not-found' }).toEqual({ ...each, isMissed: false });
        expect({ ...each, state }).toEqual({ ...each, state: expected(each) });
        counts.set(state, (counts.get(state) ?? 0) + 1);
      }
    }),
    { numRuns: 40 },
  );
  // the scenarios are worth something: each answer comes about often
  for (const state of ['affected', 'not-found', 'unknown'] as const) expect(counts.get(state)).toBeGreaterThan(50);
});
