// Documents of registries and contexts, changed at random: no builder ever gets unverified bytes. `scripts/attack` goes on for longer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackOptions, attack, openTheatre, type Theatre } from '../../scripts/attacks/attack.ts';
import { lab } from './support/lab.ts';
import { executable } from './support/paths.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre(lab(), executable);
});
afterAll(() => theatre.close());

function attacked(options: Partial<AttackOptions>) {
  const all = { guard: 'on', seed: 20_261, runs: Number.POSITIVE_INFINITY, milliseconds: 45_000, cases: [] } as const;
  return attack(theatre, { ...all, say: () => undefined, ...options });
}

const escapes = /^the builder (?:fetched|used)|^what was built holds "evil/;

describe('attacks at random', () => {
  it('never make a builder use unverified bytes', { timeout: 120_000 }, async () => {
    const { finds, attacks, built, kinds } = await attacked({});
    expect(finds).toEqual([]);
    // else it would say nothing
    expect(attacks).toBeGreaterThan(20);
    expect(built).toBeGreaterThan(5);
    expect(kinds['images refused']).toBeGreaterThan(5);
  });

  it('are seen to do it where a policy lets everything in', { timeout: 120_000 }, async () => {
    const { finds } = await attacked({ guard: 'open', runs: 16 });
    expect(finds.filter(({ what }) => escapes.test(what)).length).toBeGreaterThan(0);
    expect(finds.filter(({ what }) => what.includes(' is let in as ')).length).toBeGreaterThan(0);
  });

  it('are seen to do it with plain buildx, by images and by projects', { timeout: 120_000 }, async () => {
    // archives, bake files and layouts, whose numbers are known to name the attacker's image
    const projects = [7_000_037, 7_000_077, 7_000_097, 7_000_116, 7_000_138, 7_000_139];
    const { finds } = await attacked({ guard: 'none', cases: [20_261_000_000, 20_261_000_001, ...projects] });
    expect(finds.filter(({ what }) => what.startsWith('the builder fetched')).length).toBeGreaterThan(0);
    expect(finds.filter(({ what }) => what.startsWith('what was built holds "evil')).length).toBeGreaterThan(0);
  });
});
