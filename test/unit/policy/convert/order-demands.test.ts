import { describe, expect, it } from 'vitest';
import { type Demand, orderDemands } from '../../../../src/policy/convert/order-demands.ts';

const [a, b, c] = [{ key: 'a.pub' }, { key: 'b.pub' }, { key: 'c.pub' }];
const demand = (changes: Partial<Demand>): Demand => ({
  name: 'r',
  images: ['ghcr.io/**'],
  isEnforced: true,
  signedBy: [a],
  threshold: 1,
  attestations: [],
  digest: false,
  repository: null,
  comments: [],
  ...changes,
});
const rulesOf = (...demands: readonly Demand[]) => orderDemands(demands, 'enforce').map(({ rule }) => rule);

describe('what several entries ask of one image', () => {
  it('is asked by the first of them', () => {
    const rules = rulesOf(
      demand({}),
      demand({ name: 's', images: ['ghcr.io/acme/**'], signedBy: [b, c], digest: true }),
    );
    expect(rules).toMatchObject([
      { name: 'r', signedBy: [a, b, c], threshold: 3, require: { digest: true } },
      { name: 's', signedBy: [b, c] },
    ]);
  });

  it('is not asked of images that they do not share', () => {
    const rules = rulesOf(demand({}), demand({ images: ['quay.io/**'], signedBy: [b] }));
    expect(rules).toEqual([
      { name: 'r', images: ['ghcr.io/**'], signedBy: [a] },
      { name: 'r', images: ['quay.io/**'], signedBy: [b] },
    ]);
  });

  it('is asked once where all ask for the same', () => {
    const same = demand({ signedBy: [a, b], threshold: 1 });
    expect(rulesOf(same, same)[0]).toMatchObject({ signedBy: [a, b] });
    expect(rulesOf(same, same)[0]).not.toHaveProperty('threshold');
    expect(rulesOf(same, demand({ signedBy: [a, b], threshold: 2 }))[0]).toMatchObject({ threshold: 2 });
  });

  it('comes after what is enforced where it is only audited, and adds nothing to that', () => {
    const rules = rulesOf(demand({ name: 'audit', isEnforced: false }), demand({ name: 'enforce', signedBy: [b] }));
    expect(rules).toEqual([
      { name: 'enforce', images: ['ghcr.io/**'], signedBy: [b] },
      { name: 'audit', images: ['ghcr.io/**'], signedBy: [a], mode: 'warn' },
    ]);
  });

  it('trusts no signer where one of them does, or where they look in different places', () => {
    expect(rulesOf(demand({}), demand({ signedBy: [] }))[0]).toMatchObject({ signedBy: [] });
    expect(rulesOf(demand({ repository: 'x.io/sigs' }), demand({ signedBy: [b] }))[0]).toMatchObject({ signedBy: [] });
  });

  it('trusts no signer where it is more than a rule can say', () => {
    const many = (from: string) => Array.from({ length: 60 }, (_, index) => ({ key: `${from}${index}.pub` }));
    expect(rulesOf(demand({ signedBy: many('a') }), demand({ signedBy: many('b') }))[0]).toMatchObject({
      signedBy: [],
    });
  });

  it('keeps attestations of all', () => {
    const attestation = { type: 'https://spdx.dev/Document', signedBy: [c] };
    const alone = demand({ signedBy: null, attestations: [attestation] });
    expect(rulesOf(demand({}), alone)[0]).toMatchObject({ signedBy: [a], require: { attestations: [attestation] } });
    expect(rulesOf(alone, alone)[0]).toMatchObject({ require: { attestations: [attestation] } });
    expect(rulesOf(alone, alone)[0]).not.toHaveProperty('signedBy');
  });
});
