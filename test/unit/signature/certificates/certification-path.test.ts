import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { describe, expect, test } from 'vitest';
import { parseCertificate } from '../../../../src/signature/certificates/certificate.ts';
import { assertPath, pathsTo, soundPaths } from '../../../../src/signature/certificates/certification-path.ts';
import { subjectName } from '../../../../src/signature/certificates/subject-name.ts';
import { problemOf, Refusal } from '../../../../src/signature/refusal.ts';
import { type CertificateSpec, type Certified, certify, identity } from './test-certificates.ts';

type Base = readonly [type: 1 | 2 | 4 | 6 | 7 | 8, value: string | object];

function extension(oid: string, value: { toBER(): ArrayBuffer }, isCritical = true): x509.Extension {
  return new x509.Extension(oid, isCritical, value.toBER());
}

function subtrees(bases: readonly Base[]): pkijs.GeneralSubtree[] {
  // the library's type pairs each form with its values, which a table of both cannot show
  return bases.map(([type, value]) => {
    const base = new pkijs.GeneralName({ type, value } as pkijs.GeneralNameParameters);
    return new pkijs.GeneralSubtree({ base });
  });
}

function constraints(permitted: readonly Base[], excluded: readonly Base[] = []): x509.Extension {
  const value = new pkijs.NameConstraints({
    ...(permitted.length > 0 && { permittedSubtrees: subtrees(permitted) }),
    ...(excluded.length > 0 && { excludedSubtrees: subtrees(excluded) }),
  });
  return extension('2.5.29.30', value.toSchema());
}

function policies(...oids: string[]): x509.Extension {
  const certificatePolicies = oids.map((policyIdentifier) => new pkijs.PolicyInformation({ policyIdentifier }));
  return extension('2.5.29.32', new pkijs.CertificatePolicies({ certificatePolicies }).toSchema());
}

function asksForPolicy(requireExplicitPolicy: number): x509.Extension {
  return extension('2.5.29.36', new pkijs.PolicyConstraints({ requireExplicitPolicy }).toSchema());
}

function inhibitsMapping(inhibitPolicyMapping: number): x509.Extension {
  return extension('2.5.29.36', new pkijs.PolicyConstraints({ inhibitPolicyMapping }).toSchema());
}

function inhibitsAny(value: number): x509.Extension {
  return extension('2.5.29.54', new asn1js.Integer({ value }));
}

function maps(issuerDomainPolicy: string, subjectDomainPolicy: string): x509.Extension {
  const mappings = [new pkijs.PolicyMapping({ issuerDomainPolicy, subjectDomainPolicy })];
  return extension('2.5.29.33', new pkijs.PolicyMappings({ mappings }).toSchema());
}

const root = await certify({ subject: 'CN=root', isAuthority: true }, null, null);

async function chainOf(below: readonly CertificateSpec[]): Promise<readonly Certified[]> {
  const chain = [root];
  for (const [index, spec] of below.entries()) {
    const isAuthority = index < below.length - 1;
    const subject = isAuthority ? `CN=authority ${index}` : 'CN=signer';
    chain.unshift(await certify({ subject, isAuthority, ...spec }, chain[0] ?? root, null));
  }
  return chain;
}

function read(chain: readonly Certified[]) {
  return chain.map(({ der }) => parseCertificate(der));
}

/** What is said of a chain below the root: `good`, or the problem's code. */
async function verdictOn(below: readonly CertificateSpec[]): Promise<string> {
  const path = read(await chainOf(below));
  try {
    assertPath(path);
    return 'good';
  } catch (error) {
    return problemOf(error).code;
  }
}

const any = '2.5.29.32.0';
const [one, two] = ['1.2.3.1', '1.2.3.2'];
const broken = 'certificate-invalid';

describe('the policies of a chain', () => {
  test.each<[string, string, readonly x509.Extension[], readonly x509.Extension[]]>([
    ['are not asked for where no authority does', 'good', [policies(any)], []],
    ['are not asked for yet, so far down', 'good', [asksForPolicy(3)], []],
    ['are asked for at once', broken, [asksForPolicy(0)], []],
    ['are asked for below', broken, [asksForPolicy(1)], []],
    ['are there when asked for', 'good', [asksForPolicy(0), policies(one)], [policies(two, one)]],
    ['are others than above', broken, [asksForPolicy(0), policies(one)], [policies(two)]],
    ['may be any', 'good', [asksForPolicy(0), policies(any)], [policies(any)]],
    ['come from any', 'good', [asksForPolicy(0), policies(any)], [policies(two)]],
    ['stay through any', 'good', [asksForPolicy(0), policies(one)], [policies(any)]],
    [
      'do not stay through any where that is inhibited',
      broken,
      [asksForPolicy(0), policies(one), inhibitsAny(0)],
      [policies(any)],
    ],
    [
      'stay through any where that is inhibited further down',
      'good',
      [asksForPolicy(0), policies(one), inhibitsAny(1)],
      [policies(any)],
    ],
    ['are called otherwise below', 'good', [asksForPolicy(0), policies(one), maps(one, two)], [policies(two)]],
    ['are no longer called as above', broken, [asksForPolicy(0), policies(one), maps(one, two)], [policies(one)]],
    ['may not be mapped from any', broken, [maps(any, two)], []],
    ['may not stand twice', broken, [policies(one, one)], []],
    ['may not be constrained by nothing', broken, [extension('2.5.29.36', new asn1js.Sequence())], []],
    ['may not be constrained below zero', broken, [extension('2.5.29.54', new asn1js.Integer({ value: -1 }))], []],
  ])('%s', async (_name, verdict, above, below) => {
    expect(await verdictOn([{ extensions: above }, { extensions: below }])).toBe(verdict);
  });

  test('are not called otherwise where that is inhibited above', async () => {
    const second: CertificateSpec = { extensions: [asksForPolicy(0), policies(one), maps(one, two)] };
    const below: CertificateSpec = { extensions: [policies(two)] };
    expect(await verdictOn([{ extensions: [policies(any)] }, second, below])).toBe('good');
    expect(await verdictOn([{ extensions: [policies(any), inhibitsMapping(0)] }, second, below])).toBe(broken);
  });

  test('of an authority that has issued itself anew are not counted as a step', async () => {
    const renewed: CertificateSpec = { subject: 'CN=same', extensions: [policies(any)] };
    const first = { ...renewed, extensions: [asksForPolicy(1)] };
    // with a step for the second one, the policy would be asked of the signer
    expect(await verdictOn([{ ...first, extensions: [asksForPolicy(2)] }, renewed, {}])).toBe('good');
    expect(
      await verdictOn([{ ...first, extensions: [asksForPolicy(2)] }, { ...renewed, subject: 'CN=other' }, {}]),
    ).toBe(broken);
  });
});

const mail = (value: string): CertificateSpec => ({ names: [identity('email', value)] });
const link = (value: string): CertificateSpec => ({ names: [identity('url', value)] });
const host = (value: string): CertificateSpec => ({ names: [identity('dns', value)] });
const address = (...bytes: number[]): object => new asn1js.OctetString({ valueHex: Uint8Array.from(bytes) });
const subjectOf = (value: string): object => {
  const name = asn1js.fromBER(new x509.Name(value).toArrayBuffer()).result;
  return new pkijs.RelativeDistinguishedNames({ schema: name });
};

describe("an authority's constraints on names", () => {
  test.each<[string, readonly Base[], CertificateSpec]>([
    ['of another form say nothing', [[2, 'example.com']], mail('a@other.test')],
    ['a host', [[2, 'example.com']], host('example.com')],
    ['a host below', [[2, 'example.com']], host('A.EXAMPLE.com')],
    ['a host below, written with a dot', [[2, '.example.com']], host('a.example.com')],
    ['every host', [[2, '']], host('a.test')],
    ['a mailbox', [[1, 'a@example.com']], mail('a@Example.com')],
    ['the mailboxes of a host', [[1, 'example.com']], mail('b@example.com')],
    ['the mailboxes below a host', [[1, '.example.com']], mail('b@x.example.com')],
    [
      'either of two',
      [
        [1, 'example.com'],
        [1, 'other.test'],
      ],
      mail('b@other.test'),
    ],
    ["a URI's host", [[6, 'example.com']], link('https://example.com:8443/a?b')],
    ["a URI's host below", [[6, '.example.com']], link('spiffe://a.example.com/b')],
    ["a URI's host behind a user", [[6, 'example.com']], link('https://other.test:1@example.com/')],
    [
      'a subject, however it is spelled',
      [[4, subjectOf('C=us,O=ACME  Corp')]],
      { subject: 'C=US,O=Acme Corp,CN=signer' },
    ],
    ['an address', [[7, address(10, 1, 0, 0, 255, 255, 0, 0)]], { names: [{ type: 'ip', value: '10.1.2.3' }] }],
  ])('permit %s', async (_name, permitted, spec) => {
    expect(await verdictOn([{ extensions: [constraints(permitted)] }, spec])).toBe('good');
    // what is permitted can be excluded as well, and then it counts no more
    const isConstrained = !_name.includes('another form');
    const excluded = constraints([], permitted);
    expect(await verdictOn([{ extensions: [excluded] }, spec])).toBe(isConstrained ? broken : 'good');
  });

  test.each<[string, readonly Base[], CertificateSpec]>([
    ['a host that ends alike, written with a dot', [[2, '.example.com']], host('badexample.com')],
    ['a host that ends alike', [[2, 'example.com']], host('badexample.com')],
    ['a host above', [[2, 'a.example.com']], host('example.com')],
    ['another mailbox', [[1, 'a@example.com']], mail('A@example.com')],
    ['a mailbox of a host below', [[1, 'example.com']], mail('a@x.example.com')],
    ['a mailbox of the host itself', [[1, '.example.com']], mail('a@example.com')],
    ["a URI's host that begins alike", [[6, 'example.com']], link('https://example.com.other.test/')],
    ['a user that looks like a host', [[6, 'example.com']], link('https://example.com@other.test/')],
    ['a user with a port that looks like a host', [[6, 'example.com']], link('https://example.com:x@other.test/')],
    ['a backslash in a URI', [[6, '.example.com']], link('https://other.test\\.example.com/')],
    ['a URI without a host', [[6, 'example.com']], link('urn:example.com')],
    ['a URI with an address', [[6, '.0.1']], link('https://127.0.0.1/')],
    ['another subject', [[4, subjectOf('C=US,O=Other')]], { subject: 'C=US,O=Acme,CN=signer' }],
    ['a subject in another order', [[4, subjectOf('O=Acme,C=US')]], { subject: 'C=US,O=Acme,CN=signer' }],
    ['a subject in two parts for one', [[4, subjectOf('C=US+O=Acme')]], { subject: 'C=US,O=Acme,CN=signer' }],
    [
      'an address beside it',
      [[7, address(10, 1, 0, 0, 255, 255, 0, 0)]],
      { names: [{ type: 'ip', value: '10.2.2.3' }] },
    ],
    [
      'an address of another length',
      [[7, address(10, 1, 0, 0, 255, 255, 0, 0)]],
      { names: [{ type: 'ip', value: '2001:db8::1' }] },
    ],
    [
      'a second name',
      [[1, 'example.com']],
      { names: [identity('email', 'a@example.com'), identity('email', 'a@b.test')] },
    ],
    ['an e-mail address in the subject', [[1, 'example.com']], { subject: 'CN=x,E=a@other.test' }],
  ])('do not permit %s', async (_name, permitted, spec) => {
    expect(await verdictOn([{ extensions: [constraints(permitted)] }, spec])).toBe(broken);
  });

  test('on subjects say nothing of a certificate without one', async () => {
    const permits = { extensions: [constraints([[4, subjectOf('O=Acme')]])] };
    expect(await verdictOn([permits, { subject: '', ...mail('a@example.com') }])).toBe('good');
    expect(await verdictOn([permits, { subject: 'O=Other', ...mail('a@example.com') }])).toBe(broken);
  });

  test('hold for what is further below, and for authorities', async () => {
    const permits = { extensions: [constraints([[4, subjectOf('O=Acme')]])] };
    expect(await verdictOn([permits, { subject: 'O=Acme,CN=a' }, { subject: 'O=Acme,CN=b' }])).toBe('good');
    expect(await verdictOn([permits, { subject: 'O=Acme,CN=a' }, { subject: 'O=Other,CN=b' }])).toBe(broken);
    expect(await verdictOn([permits, { subject: 'O=Other,CN=a' }, { subject: 'O=Acme,CN=b' }])).toBe(broken);
  });

  test("of the anchor itself count, which is not the standard's wish but the owner's", async () => {
    const own = await certify(
      { subject: 'CN=own', isAuthority: true, extensions: [constraints([[1, 'example.com']])] },
      null,
      null,
    );
    const leaf = (value: string) => certify({ subject: 'CN=signer', ...mail(value) }, own, null);
    const path = async (value: string) => read([await leaf(value), own]);
    const [good, bad] = [await path('a@example.com'), await path('a@other.test')];
    expect(() => assertPath(good)).not.toThrow();
    expect(() => assertPath(bad)).toThrow('may not certify this e-mail address');
  });

  test('on names of another form are open where such a name is there, and say nothing else', async () => {
    const forms = { extensions: [constraints([[8, '1.2.3']])] };
    const registered: CertificateSpec = { names: [{ type: 'id', value: '1.2.3.4' }] };
    expect(await verdictOn([forms, registered])).toBe('unsupported');
    expect(await verdictOn([forms, mail('a@example.com')])).toBe('good');
  });

  test.each([
    [
      'with a depth',
      new pkijs.NameConstraints({
        permittedSubtrees: [
          new pkijs.GeneralSubtree({ base: new pkijs.GeneralName({ type: 2, value: 'a.test' }), minimum: 1 }),
        ],
      }).toSchema(),
      'unsupported',
    ],
    ['that are none', new asn1js.Null(), broken],
    ['with an unknown part', new asn1js.Sequence({ value: [new asn1js.Null()] }), broken],
  ])('%s are %j', async (_name, value, verdict) => {
    expect(await verdictOn([{ extensions: [extension('2.5.29.30', value)] }, host('a.test')])).toBe(verdict);
  });
});

describe('the length of a chain', () => {
  test('is bounded by its authorities, but for those that have issued themselves anew', async () => {
    expect(await verdictOn([{ pathLength: 0 }, {}])).toBe('good');
    expect(await verdictOn([{ pathLength: 0 }, {}, {}])).toBe(broken);
    expect(await verdictOn([{ pathLength: 0, subject: 'CN=a' }, { subject: 'CN=a' }, {}])).toBe('good');
  });
});

describe('the paths from a certificate', () => {
  test('end in any anchor, through whatever was brought that leads there', async () => {
    const [signer, between] = await chainOf([{}, {}]);
    const cross = await certify({ subject: 'CN=other', isAuthority: true }, null, null);
    if (signer === undefined || between === undefined) throw new Error('no chain');
    const crossed = await certify({ subject: 'CN=authority 0', isAuthority: true, pair: between.pair }, cross, null);
    const [leaf, ...brought] = read([signer, between, crossed, root]);
    if (leaf === undefined) throw new Error('no signer');
    const described = (anchors: readonly Certified[]) =>
      pathsTo(read(anchors), leaf, brought).map((path) => path.map(subjectName).join(' < '));
    expect(described([root])).toEqual(['CN=signer < CN=authority 0 < CN=root']);
    expect(described([root, cross])).toEqual([
      'CN=signer < CN=authority 0 < CN=root',
      'CN=signer < CN=authority 0 < CN=other',
    ]);
    // an authority that did not sign itself is an anchor where somebody names it so
    expect(described([between])).toEqual(['CN=signer < CN=authority 0']);
    expect(described([await certify({ subject: 'CN=root', isAuthority: true }, null, null)])).toEqual([]);
    expect(described([signer])).toEqual([]);
  });

  test('are bounded, however many authorities vouch for one another', async () => {
    const pair = root.pair;
    const twins = await Promise.all(
      Array.from({ length: 10 }, () => certify({ subject: 'CN=root', isAuthority: true, pair }, root, null)),
    );
    const [signer] = await chainOf([{}]);
    const [leaf, ...brought] = read([...(signer === undefined ? [] : [signer]), ...twins]);
    if (leaf === undefined) throw new Error('no signer');
    expect(pathsTo(read([root]), leaf, brought)).toHaveLength(16);
  });

  test('are all tried, and what is open is reported before what is broken', () => {
    const found = [{ path: [] }, { path: [] }];
    const codes = [broken, 'unsupported'] as const;
    const check = (codesLeft: (typeof codes)[number][]) => () => {
      const code = codesLeft.shift();
      if (code !== undefined) throw new Refusal(code, code);
    };
    expect(() => soundPaths(found, check([...codes]))).toThrow('unsupported');
    expect(soundPaths(found, check([broken]))).toHaveLength(1);
  });
});
