import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial } from '@sigstore/verify';
import { describe, expect, it } from 'vitest';
import type { TrustedRootSource } from '../../../../src/model/index.ts';
import { rootAnchors } from '../../../../src/signature/sigstore/trust-anchors.ts';
import { embeddedTrustedRoots } from '../../../../src/trust/index.ts';

interface RootDocument {
  readonly tlogs: readonly LogDocument[];
  readonly ctlogs: readonly LogDocument[];
}
interface LogDocument {
  readonly publicKey: { readonly validFor: object };
}

function embedded(): TrustedRootSource {
  const [source] = embeddedTrustedRoots();
  if (source === undefined) throw new Error('no root is embedded');
  return source;
}

describe('rootAnchors', () => {
  it('holds every key and certificate that the library finds in the root', async () => {
    const source = embedded();
    const { publicKey: _, ...expected } = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(source.json)));
    const { material } = await rootAnchors(source);
    expect(material).toMatchObject(expected);
    expect(material.ctlogs.length).toBeGreaterThan(1);
  });

  it('leaves out the very logs whose keys have no beginning', async () => {
    const source = embedded();
    const document = JSON.parse(source.json) as RootDocument; // ours
    const undated = ([first, ...others]: readonly LogDocument[]): readonly unknown[] => [
      { ...first, publicKey: { ...first?.publicKey, validFor: {} } },
      ...others,
    ];
    const json = JSON.stringify({ ...document, tlogs: undated(document.tlogs), ctlogs: undated(document.ctlogs) });
    const all = (await rootAnchors(source)).material;
    const { material } = await rootAnchors({ ...source, id: 'undated', json });
    const ids = (logs: typeof all.tlogs): readonly string[] => logs.map(({ logID }) => logID.toString('hex'));
    expect(ids(material.tlogs)).toEqual(ids(all.tlogs).slice(1));
    expect(ids(material.ctlogs)).toEqual(ids(all.ctlogs).slice(1));
    expect(material.certificateAuthorities.length).toBe(all.certificateAuthorities.length);
  });

  it('parses the certificates of one text once, however many layers name it', async () => {
    const source = embedded();
    const [first, second] = [await rootAnchors(source), await rootAnchors({ ...source, source: 'another' })];
    expect(second.name).toBe('another');
    expect(second.material.certificateAuthorities).toBe(first.material.certificateAuthorities);
  });

  it('says of a text that cannot be used which root it is, each time', async () => {
    const source = embedded();
    const json = source.json.replace(/"rawBytes":\s*"/, '$&AAAA');
    for (const name of ['one', 'two'])
      await expect(rootAnchors({ ...source, source: name, json })).rejects.toThrow(`${name} is not a trusted root`);
  });
});
