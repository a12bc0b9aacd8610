import { expect, it } from 'vitest';
import { convertPolicy } from '../../../../src/policy/convert/convert-policy.ts';
import { acme, other } from '../support/verdict.ts';

async function convert(one: object): Promise<string> {
  const spec = { validationFailureAction: 'Enforce', rules: [{ name: 'r', verifyImages: [one] }] };
  const text = JSON.stringify({ apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', spec });
  return (await convertPolicy(new TextEncoder().encode(text), 'x.json')).yaml;
}

const entry = (publicKeys: string, repository?: string) => ({
  keys: { publicKeys },
  ...(repository === undefined ? {} : { repository }),
});
const image = (...entries: readonly object[]) => ({ imageReferences: ['a.io/*'], attestors: [{ entries }] });

it.each<[string, object, string | null]>([
  ['beside the image', image(entry(acme)), null],
  ['beside the image, said with nothing', { ...image(entry(acme, '')), repository: '' }, null],
  ['for the whole entry', { ...image(entry(acme)), repository: 'x.io/a' }, 'x.io/a'],
  ['for its attestors', image(entry(acme, 'x.io/b'), entry(other, 'x.io/b')), 'x.io/b'],
  ['for its attestors, before the entry', { ...image(entry(acme, 'x.io/b')), repository: 'x.io/a' }, 'x.io/b'],
])('signatures are looked for where Kyverno looked for them: %s', async (_, one, place) => {
  const yaml = await convert(one);
  expect(yaml).toContain('BEGIN PUBLIC KEY');
  expect(/repository: (.*)/.exec(yaml)?.[1] ?? null).toBe(place);
});

const attestation = (one: object) => ({ type: 'https://a.io/type', attestors: [{ entries: [one] }] });
it.each<[string, object]>([
  ['two attestors', image(entry(acme, 'x.io/a'), entry(other, 'x.io/b'))],
  ['one of two attestors', image(entry(acme, 'x.io/a'), entry(other))],
  ['the signers of an attestation', { ...image(entry(acme)), attestations: [attestation(entry(acme, 'x.io/a'))] }],
])('no signer is trusted where several places are named: by %s', async (_, one) => {
  const yaml = await convert(one);
  expect(yaml).not.toContain('BEGIN PUBLIC KEY');
  expect(yaml).toContain('kept in several repositories');
});
