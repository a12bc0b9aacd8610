import { describe, expect, it } from 'vitest';
import { mutateLoose } from '../../../../scripts/attacks/mutate-json.ts';
import { Stock } from '../../../../scripts/attacks/stock.ts';
import { sha256Digest } from '../../../../scripts/lab/registry-store.ts';
import { looseText, readLoose } from '../../../../scripts/oracle/loose-json.ts';
import { Random } from '../../../../scripts/oracle/seeded-random.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));

function stocked() {
  const stock = new Stock();
  const layer = stock.put(Buffer.from('layer'), 'application/vnd.oci.image.layer.v1.tar');
  const manifest = stock.put(json({ layers: [{ mediaType: 'x', digest: layer, size: 5 }] }), manifestType);
  const size = stock.documents.get(manifest)?.bytes.length;
  const index = stock.put(json({ manifests: [{ mediaType: manifestType, size, digest: manifest }] }), indexType);
  const payload = stock.put(json({ signed: manifest }), 'application/vnd.dev.cosign.simplesigning.v1+json');
  stock.attached.add(payload);
  stock.tags.set('1', index);
  stock.tags.set(`${index.replace(':', '-')}.sig`, payload);
  stock.listings.set(index, json({ manifests: [{ digest: payload }] }));
  return { stock, layer, manifest, payload };
}

describe('a document that is changed', () => {
  it('is named anew, with its size, by all that leads to it, and keeps what is attached', () => {
    const { stock, layer, payload } = stocked();
    stock.change(layer, Buffer.from('a longer layer'), 'application/vnd.oci.image.layer.v1.tar', { attached: false });
    const root = stock.tags.get('1') ?? '';
    for (const digest of stock.reachable(root)) {
      expect(sha256Digest(stock.documents.get(digest)?.bytes ?? '')).toBe(digest);
    }
    const { manifests } = JSON.parse(String(stock.documents.get(root)?.bytes)) as {
      readonly manifests: readonly { readonly digest: string; readonly size: number }[];
    };
    const inner = stock.documents.get(manifests[0]?.digest ?? '');
    expect(manifests[0]?.size).toBe(inner?.bytes.length);
    expect(String(inner?.bytes)).toContain('"size":14');
    expect(stock.tags.get(`${root.replace(':', '-')}.sig`)).toBe(payload);
    expect(stock.listings.has(root)).toBe(true);
  });

  it('leaves what was signed alone, unless the change reaches that far', () => {
    const { stock, manifest, payload } = stocked();
    const changed = stock.change(manifest, json({ layers: [] }), manifestType, { attached: false });
    expect([...stock.documents.values()].some(({ bytes }) => String(bytes) === `{"signed":"${changed}"}`)).toBe(false);
    const other = stock.change(manifest, json({ layers: [1] }), manifestType, { attached: true });
    expect([...stock.documents.values()].some(({ bytes }) => String(bytes) === `{"signed":"${other}"}`)).toBe(true);
    expect(stock.documents.has(payload)).toBe(true);
  });

  it('comes to an end where documents name each other', () => {
    const stock = new Stock();
    const [one, two] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
    stock.documents.set(one, { bytes: json({ digest: two }), mediaType: indexType });
    stock.documents.set(two, { bytes: json({ digest: one }), mediaType: indexType });
    expect(stock.change(one, json({}), indexType, { attached: true })).toBe(sha256Digest('{}'));
  });
});

describe('JSON that is changed at random', () => {
  const text = JSON.stringify({ a: [{ digest: 'sha256:1', size: 1 }], b: { 'c.d': null }, e: true });
  const mutated = (seed: number): string => {
    const document = readLoose(text);
    if (document === null) throw new Error('it is JSON');
    mutateLoose(new Random(seed), document, { donor: readLoose('{"digest":"sha256:2"}'), digests: ['sha256:3'] });
    return looseText(document);
  };

  it('is read and written without a change of its own', () => {
    expect(looseText(readLoose(text))).toBe(text);
  });

  it('is the same for a seed, mostly another one, and at times holds a key twice', () => {
    const seeds = Array.from({ length: 300 }, (_, seed) => seed);
    expect(seeds.map(mutated)).toEqual(seeds.map(mutated));
    expect(seeds.filter((seed) => mutated(seed) !== text).length).toBeGreaterThan(200);
    expect(seeds.some((seed) => /"digest":[^{}]*"(?:[Dd]ige.t|DIGEST)":/.test(mutated(seed)))).toBe(true);
  });
});
