import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import * as asn1js from 'asn1js';
import { describe, expect, test } from 'vitest';
import {
  alternativeNames,
  certificateClaims,
  isSameCertificate,
  leadingTo,
  namesAsIssuer,
  parseCertificate,
  parsePemCertificates,
  unevaluatedExtension,
} from '../../../../src/signature/certificates/certificate.ts';
import { subjectName } from '../../../../src/signature/certificates/subject-name.ts';
import { limits } from '../../../../src/signature/limits.ts';
import { Refusal } from '../../../../src/signature/refusal.ts';
import { timestampSigners } from '../../../../src/signature/sigstore/timestamp-token.ts';
import { type CertificateSpec, type Certified, certify, identity, utf8Extension } from './test-certificates.ts';

const timeStamping = '1.3.6.1.5.5.7.3.8';
const codeSigning = '1.3.6.1.5.5.7.3.3';
const always = { start: new Date(0), end: new Date(8_640_000_000_000_000) };

async function made(spec: CertificateSpec) {
  return parseCertificate((await certify({ subject: 'CN=x', ...spec }, null, null)).der);
}

describe('one certificate and another', () => {
  const flipped = (der: Uint8Array, at: number): Buffer<ArrayBuffer> => {
    const bytes = Buffer.from(der);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

  test('are the same where every byte is, also where they were read apart', async () => {
    const { der } = await certify({ subject: 'CN=x' }, null, null);
    const once = parseCertificate(der);
    expect(isSameCertificate(once, once)).toBe(true);
    expect(isSameCertificate(once, parseCertificate(der))).toBe(true);
  });

  test('are not where the signature differs, or what it is under', async () => {
    const { der } = await certify({ subject: 'CN=x' }, null, null);
    const once = parseCertificate(der);
    expect(isSameCertificate(once, await made({ subject: 'CN=x' }))).toBe(false);
    const name = Buffer.from(der).indexOf('x', Buffer.from(der).indexOf(Buffer.from('550403', 'hex')));
    const renamed = parseCertificate(flipped(der, name));
    expect(renamed.signatureValue.equals(once.signatureValue)).toBe(true);
    expect(isSameCertificate(once, renamed)).toBe(false);
    expect(isSameCertificate(once, parseCertificate(flipped(der, der.byteLength - 1)))).toBe(false);
  });

  test('names its issuer, even when another made it', async () => {
    const authority = await certify({ subject: 'CN=authority', isAuthority: true }, null, null);
    const leaf = parseCertificate((await certify({ subject: 'CN=leaf' }, authority, null)).der);
    expect(namesAsIssuer(leaf, await made({ subject: 'CN=authority' }))).toBe(true);
    expect(namesAsIssuer(leaf, await made({ subject: 'CN=another' }))).toBe(false);
    expect(namesAsIssuer(leaf, leaf)).toBe(false);
  });
});

describe('certificates in PEM text', () => {
  test('are read in order, text between them left out', async () => {
    const first = await certify({ subject: 'CN=first' }, null, null);
    const second = await certify({ subject: 'CN=second' }, null, null);
    const found = parsePemCertificates(`a\n${first.pem}\nb\n${second.pem}\n`);
    expect(found.map(subjectName)).toEqual(['CN=first', 'CN=second']);
  });

  test('are refused where there is none, or one of them is none', () => {
    for (const text of [
      '',
      'junk',
      '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    ]) {
      expect(() => parsePemCertificates(text)).toThrow(Refusal);
    }
  });

  test('are counted and weighed before they are parsed', async () => {
    const { pem } = await certify({ subject: 'CN=x' }, null, null);
    expect(parsePemCertificates(`${pem}\n`.repeat(limits.chainCertificates))).toHaveLength(limits.chainCertificates);
    expect(() => parsePemCertificates(`${pem}\n`.repeat(limits.chainCertificates + 1))).toThrow(/more than/);
    expect(() => parseCertificate(Buffer.alloc(limits.certificateBytes + 1))).toThrow(/too large/);
    expect(() => parseCertificate(Buffer.alloc(limits.certificateBytes))).toThrow(/cannot be parsed/);
  });
});

describe("a certificate's names", () => {
  test('are all listed, in order and by kind', async () => {
    const names = [identity('email', 'a@example.test'), identity('url', 'https://b.test/'), identity('dns', 'c.test')];
    expect(alternativeNames(await made({ names }))).toEqual([
      { kind: 'email', value: 'a@example.test' },
      { kind: 'uri', value: 'https://b.test/' },
      { kind: 'host', value: 'c.test' },
    ]);
  });

  test.each(['a b@example.test', 'a~@example.test'])('may be %s', async (value) => {
    const certificate = await made({ names: [identity('email', value)] });
    expect(alternativeNames(certificate)).toEqual([{ kind: 'email', value }]);
  });

  test.each(['a\u001f@example.test', 'a\u007f@example.test'])('may not be %j', async (value) => {
    const certificate = await made({ names: [identity('email', value)] });
    expect(() => alternativeNames(certificate)).toThrow("the certificate's e-mail address is not plain text");
  });

  test('of a form that Fulcio does not use for user names are never taken for one', async () => {
    const names: x509.JsonGeneralNames = [{ type: 'upn', value: 'root@example.test' }];
    expect(alternativeNames(await made({ names }))).toEqual([{ kind: 'other', value: '' }]);
  });

  test("may be a user name in Fulcio's own form", async () => {
    const inContext = (...value: asn1js.AsnType[]): asn1js.Constructed =>
      new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value });
    const named = async (oid: string) => {
      const name = inContext(
        new asn1js.ObjectIdentifier({ value: oid }),
        inContext(new asn1js.Utf8String({ value: 'me!example.test' })),
      );
      const names = new asn1js.Sequence({ value: [name] });
      return alternativeNames(await made({ extensions: [new x509.Extension('2.5.29.17', true, names.toBER())] }));
    };
    expect(await named('1.3.6.1.4.1.57264.1.7')).toEqual([{ kind: 'username', value: 'me!example.test' }]);
    expect(await named('1.3.6.1.4.1.57264.1.8')).toEqual([{ kind: 'other', value: '' }]);
  });

  test.each([
    ['CN=a', 'CN=a'],
    ['C=US,ST=WA,L=Redmond,O=Acme,CN=Signer', 'CN=Signer,O=Acme,L=Redmond,ST=WA,C=US'],
    ['CN=Signer,O=Acme,L=Redmond,ST=WA,C=US', 'CN=Signer,O=Acme,L=Redmond,ST=WA,C=US'],
    ['O=Acme\\, Inc.,CN=a', 'CN=a,O=Acme\\, Inc.'],
    ['O=Acme\\,CN=evil,CN=a', 'CN=a,O=Acme\\,CN\\=evil'],
  ])('%s is written as %s', async (subject, expected) => {
    expect(subjectName(await made({ subject }))).toBe(expected);
  });
});

describe("a certificate's extensions", () => {
  const fulcio = '1.3.6.1.4.1.57264.1';
  test('claim what they are for', async () => {
    const places = {
      sourceRepository: 12,
      sourceRepositoryOwner: 16,
      sourceDigest: 13,
      ref: 14,
      workflow: 18,
      builder: 9,
      runner: 11,
      trigger: 20,
      runUri: 21,
    };
    const names = Object.keys(places);
    const extensions = Object.entries(places).map(([name, place]) => utf8Extension(`${fulcio}.${place}`, name));
    expect(certificateClaims(await made({ extensions }))).toEqual(
      Object.fromEntries(names.map((name) => [name, name])),
    );
    expect(certificateClaims(await made({}))).toEqual({});
  });

  test.each([14, 15, 17, 19, 30, 32, 33, 35, 36, 37, 54].map((last) => `2.5.29.${last}`))(
    'may be critical where they are evaluated: %s',
    async (oid) => {
      const extensions = [new x509.Extension(oid, true, Buffer.from([5, 0]))];
      expect(unevaluatedExtension(await made({ extensions, keyUsage: null }))).toBeNull();
    },
  );

  test('may not be critical where they are not', async () => {
    const extension = (oid: string, isCritical: boolean) => [new x509.Extension(oid, isCritical, Buffer.from([5, 0]))];
    expect(unevaluatedExtension(await made({ extensions: extension('1.2.3.4', true) }))).toBe('1.2.3.4');
    expect(unevaluatedExtension(await made({ extensions: extension('1.2.3.4', false) }))).toBeNull();
  });
});

describe('the signer of a timestamp', () => {
  const authority = async (extensions: readonly x509.Extension[] = []) =>
    certify({ subject: 'CN=authority', isAuthority: true, extensions }, null, null);
  const chain = async (spec: CertificateSpec, above: Promise<Certified>) => {
    const issuer = await above;
    const leaf = await certify({ subject: 'CN=leaf', ...spec }, issuer, null);
    return { certChain: [leaf, issuer].map(({ der }) => parseCertificate(der)), validFor: always };
  };
  const critical = [new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]))];

  test('may sign timestamps and nothing else', async () => {
    const right = await chain({ usages: [timeStamping] }, authority());
    expect(timestampSigners(right)).toEqual([right]);
    for (const usages of [null, [codeSigning], [timeStamping, codeSigning]]) {
      const wrong = await chain({ usages }, authority());
      expect(() => timestampSigners(wrong)).toThrow('a certificate that is not made for timestamps');
    }
    expect(() => timestampSigners({ certChain: [], validFor: always })).toThrow(Refusal);
  });

  test('counts with its path alone, and not without one', async () => {
    const right = await chain({ usages: [timeStamping] }, authority());
    const untrusted = parseCertificate((await authority()).der);
    expect(timestampSigners({ ...right, certChain: [...right.certChain, untrusted] })).toEqual([right]);
    expect(timestampSigners({ ...right, certChain: [...right.certChain.slice(0, 1), untrusted] })).toEqual([]);
  });

  test.each<[string, CertificateSpec, readonly x509.Extension[]]>([
    ['itself', { usages: [timeStamping], extensions: critical }, []],
    ['above it', { usages: [timeStamping] }, critical],
  ])('is open where a critical extension of the certificate %s is unknown', async (_name, spec, extensions) => {
    const open = await chain(spec, authority(extensions));
    const problem = { code: 'unsupported', message: expect.stringContaining('of its timestamp: ') };
    expect(() => timestampSigners(open)).toThrow(expect.objectContaining({ problem }));
  });
});

describe('of the certificates that an untrusted signer brought', () => {
  test('the authorities that lead to any trusted one count, in whatever order, and nothing else', async () => {
    const authority = (subject: string, issuer: Awaited<ReturnType<typeof certify>> | null) =>
      certify({ subject, isAuthority: true }, issuer, null);
    const root = await authority('CN=root', null);
    const unrelated = await authority('CN=unrelated', null);
    const upper = await authority('CN=upper', root);
    const lower = await authority('CN=lower', upper);
    const leaf = await certify({ subject: 'CN=leaf' }, root, null);
    const untrusted = await authority('CN=other root', null);
    const under = await authority('CN=under', untrusted);
    const read = (made: readonly { readonly der: Buffer<ArrayBuffer> }[]) =>
      made.map(({ der }) => parseCertificate(der));
    const found = leadingTo(read([root, unrelated]), read([lower, leaf, untrusted, under, upper]));
    expect(found.map(subjectName)).toEqual(['CN=upper', 'CN=lower']);
  });
});
