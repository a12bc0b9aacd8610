import { encode, Tagged } from 'cborg';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../../src/signature/limits.ts';
import { readCoseEnvelope } from '../../../../src/signature/notation/notation-cose.ts';
import { assertAttributes, type NotationEnvelope } from '../../../../src/signature/notation/notation-envelope.ts';
import { readJwsEnvelope } from '../../../../src/signature/notation/notation-jws.ts';
import type { Refusal } from '../../../../src/signature/refusal.ts';

const prefix = 'io.cncf.notary.';
const signedAt = new Date('2026-06-01T00:00:00Z');
const contentType = 'application/vnd.cncf.notary.payload.v1+json';
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

function refusalOf(run: () => unknown): Refusal['problem'] | null {
  try {
    run();
    return null;
  } catch (error) {
    return (error as Refusal).problem; // whatever else is thrown has none, and fails the test
  }
}

const malformed = (about: string) => ({ code: 'malformed', message: expect.stringContaining(about) });

describe('a COSE envelope', () => {
  const header = (): Map<unknown, unknown> =>
    new Map<unknown, unknown>([
      [1, -7],
      [2, [`${prefix}signingScheme`]],
      [3, contentType],
      [`${prefix}signingScheme`, 'notary.x509'],
      [`${prefix}signingTime`, new Tagged(1, signedAt.getTime() / 1000)],
    ]);
  const unprotected = (): Map<unknown, unknown> => new Map<unknown, unknown>([[33, [bytes('certificate')]]]);

  interface Parts {
    readonly header?: Map<unknown, unknown> | Uint8Array;
    readonly unprotected?: unknown;
    readonly payload?: unknown;
    readonly signature?: unknown;
    readonly list?: (parts: unknown[]) => unknown;
  }

  function envelope(parts: Parts = {}): Buffer {
    const protectedPart = parts.header ?? header();
    const four = [
      protectedPart instanceof Uint8Array ? protectedPart : encode(protectedPart),
      parts.unprotected ?? unprotected(),
      parts.payload ?? bytes('payload'),
      parts.signature ?? bytes('signature'),
    ];
    return Buffer.from(encode(parts.list?.(four) ?? new Tagged(18, four)));
  }

  test('is read whole', () => {
    const more = unprotected().set(`${prefix}timestampSignature`, bytes('token'));
    const expiry = new Tagged(1, signedAt.getTime() / 1000 + 60);
    const found = readCoseEnvelope(
      envelope({ header: header().set(`${prefix}expiry`, expiry).set(5, 'x'), unprotected: more }),
    );
    expect(found).toEqual({
      algorithm: 'ES256',
      contentType,
      names: ['alg', 'crit', 'cty', 'label 5', `${prefix}expiry`, `${prefix}signingTime`, `${prefix}signingScheme`],
      critical: [`${prefix}signingScheme`],
      scheme: 'notary.x509',
      signingTime: signedAt,
      authenticSigningTime: null,
      expiry: new Date(signedAt.getTime() + 60_000),
      payload: Buffer.from('payload'),
      signedBytes: expect.any(Buffer),
      signature: Buffer.from('signature'),
      chain: [Buffer.from('certificate')],
      timestamp: Buffer.from('token'),
    });
  });

  test.each([
    [-37, 'PS256'],
    [-38, 'PS384'],
    [-39, 'PS512'],
    [-7, 'ES256'],
    [-35, 'ES384'],
    [-36, 'ES512'],
    [-8, 'unknown'],
    ['ES256', 'unknown'],
  ])('with the algorithm %j names %s', (number, name) => {
    expect(readCoseEnvelope(envelope({ header: header().set(1, number) })).algorithm).toBe(name);
  });

  test('may hold a chain of one without a list around it, and no timestamp', () => {
    const found = readCoseEnvelope(envelope({ unprotected: new Map([[33, bytes('one')]]) }));
    expect(found).toMatchObject({ chain: [Buffer.from('one')], timestamp: null });
  });

  test.each<[string, Parts, ReturnType<typeof malformed>]>([
    ['of three parts', { list: (parts) => parts.slice(0, 3) }, malformed('COSE_Sign1')],
    ['of five parts', { list: (parts) => [...parts, 1] }, malformed('COSE_Sign1')],
    ['that is a map', { list: () => new Map([[1, 2]]) }, malformed('COSE_Sign1')],
    ['with another tag', { list: (parts) => new Tagged(98, parts) }, malformed('CBOR')],
    ['whose protected header is no map', { header: encode([1]) }, malformed('is not a map')],
    ['whose protected header is not CBOR', { header: bytes('\u001c') }, malformed('not CBOR')],
    ['whose unprotected header is no map', { unprotected: [] }, malformed('is not a map')],
    ['whose payload is text', { payload: 'payload' }, malformed('not a byte string')],
    ['whose payload is detached', { list: ([a, b, , d]) => [a, b, null, d] }, malformed('not a byte string')],
    ['whose signature is text', { signature: 'signature' }, malformed('not a byte string')],
    ['whose crit is text', { header: header().set(2, `${prefix}signingScheme`) }, malformed('crit')],
    ['with more in crit than anybody needs', { header: header().set(2, Array(17).fill('x')) }, malformed('crit')],
    ['whose content type is a number', { header: header().set(3, 60) }, malformed('content type')],
    ['whose scheme is missing', { header: header().set(`${prefix}signingScheme`, null) }, malformed('signingScheme')],
    ['whose time is text', { header: header().set(`${prefix}signingTime`, 'today') }, malformed('not a time')],
    ['whose time is a bare number', { header: header().set(`${prefix}signingTime`, 1) }, malformed('not a time')],
    [
      'whose time is beyond all time',
      { header: header().set(`${prefix}signingTime`, new Tagged(1, 1e15)) },
      malformed('not a time'),
    ],
    ['whose certificate is text', { unprotected: new Map([[33, ['pem']]]) }, malformed('a certificate')],
    ['without a chain', { unprotected: new Map() }, malformed('a certificate')],
    [
      'whose timestamp is text',
      { unprotected: unprotected().set(`${prefix}timestampSignature`, 'x') },
      malformed('timestamp'),
    ],
  ])('%s is refused', (_case, parts, problem) => {
    expect(refusalOf(() => readCoseEnvelope(envelope(parts)))).toEqual(problem);
  });

  test('with more certificates than anybody needs is refused', () => {
    const chain = (length: number) => new Map([[33, Array(length).fill(bytes('x'))]]);
    expect(readCoseEnvelope(envelope({ unprotected: chain(limits.chainCertificates) })).chain).toHaveLength(10);
    expect(refusalOf(() => readCoseEnvelope(envelope({ unprotected: chain(limits.chainCertificates + 1) })))).toEqual({
      code: 'too-large',
      message: 'it comes with more than 10 certificates',
    });
  });

  test.each<[string, readonly number[]]>([
    ['an indefinite length', [0xbf, 0x01, 0x26, 0xff]],
    ['a padded number', [0xa1, 0x18, 0x01, 0x26]],
    ['a key twice', [0xa2, 0x01, 0x26, 0x01, 0x26]],
    ['undefined', [0xa1, 0x01, 0xf7]],
    ['something behind the end', [0xa1, 0x01, 0x26, 0x00]],
  ])('whose header has %s is refused: it could be read in two ways', (_what, encoded) => {
    expect(refusalOf(() => readCoseEnvelope(envelope({ header: Uint8Array.from(encoded) })))).toEqual(
      malformed('its protected header is not CBOR in its strict form'),
    );
  });
});

describe('a JWS envelope', () => {
  const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = {
    alg: 'ES256',
    cty: contentType,
    crit: [`${prefix}signingScheme`],
    [`${prefix}signingScheme`]: 'notary.x509',
    [`${prefix}signingTime`]: signedAt.toISOString(),
  };
  const whole = { payload: base64url({}), protected: base64url(header), header: { x5c: ['AAAA'] }, signature: 'AAAA' };
  const read = (changes: object): NotationEnvelope =>
    readJwsEnvelope(Buffer.from(JSON.stringify({ ...whole, ...changes })));
  const withHeader = (changes: object): object => ({ protected: base64url({ ...header, ...changes }) });

  test('is read whole', () => {
    const token = { [`${prefix}timestampSignature`]: Buffer.from('token').toString('base64') };
    expect(read({ header: { ...whole.header, ...token } })).toEqual({
      algorithm: 'ES256',
      contentType,
      names: Object.keys(header),
      critical: [`${prefix}signingScheme`],
      scheme: 'notary.x509',
      signingTime: signedAt,
      authenticSigningTime: null,
      expiry: null,
      payload: Buffer.from('{}'),
      signedBytes: Buffer.from(`${whole.protected}.${whole.payload}`),
      signature: Buffer.alloc(3),
      chain: [Buffer.alloc(3)],
      timestamp: Buffer.from('token'),
    });
    expect(read({}).timestamp).toBeNull();
  });

  test.each([
    '2026-06-01T00:00:00Z',
    '2026-06-01T00:00:00.000Z',
    '2026-06-01T02:00:00+02:00',
    '2026-06-01T00:00:00.000000000Z',
  ])('may state its time as %s', (time) => {
    expect(read(withHeader({ [`${prefix}signingTime`]: time })).signingTime).toEqual(signedAt);
  });

  test.each([
    'June 2026',
    '2026-06-01',
    '2026-06-01T00:00:00',
    ' 2026-06-01T00:00:00Z',
    '2026-06-01T00:00:00Z ',
    '2026-13-01T00:00:00Z',
    '2026-06-01T00:00:00.Z',
    '2026-06-01T00:00:00.0000000000Z',
    '12026-06-01T00:00:00Z',
    1,
    null,
  ])('may not state its time as %j', (time) => {
    expect(refusalOf(() => read(withHeader({ [`${prefix}signingTime`]: time })))).toEqual(malformed('is not a time'));
  });

  test.each<[string, object, string]>([
    ['whose payload is padded', { payload: 'AAA=' }, 'its payload is not base64url'],
    ['whose payload is plain base64', { payload: 'A+/A' }, 'its payload is not base64url'],
    ['whose payload has a space before it', { payload: ' AAAA' }, 'its payload is not base64url'],
    ['whose payload has a line end in it', { payload: 'AA\nAA' }, 'its payload is not base64url'],
    ['whose payload is empty', { payload: '' }, 'its payload is not base64url'],
    ['whose signature is padded', { signature: 'AAA=' }, 'its signature is not base64url'],
    ['without a signature', { signature: undefined }, 'its signature is not a string'],
    ['without a payload', { payload: undefined }, 'its payload is not a string'],
    ['whose protected header is padded', { protected: `${whole.protected}=` }, 'its protected header is not base64url'],
    ['whose protected header is a list', { protected: base64url([]) }, 'its protected header is not an object'],
    ['without a header', { header: undefined }, 'its header is not an object'],
    ['whose crit is text', withHeader({ crit: 'x' }), "its header's crit is not a list"],
    ['whose crit holds a number', withHeader({ crit: [1] }), 'crit is not a string'],
    ['whose algorithm is a number', withHeader({ alg: 1 }), "its header's alg is not a string"],
    ['whose content type is missing', withHeader({ cty: undefined }), "its header's cty is not a string"],
    ['whose scheme is missing', withHeader({ [`${prefix}signingScheme`]: undefined }), 'signingScheme is not a string'],
    ['whose chain is text', { header: { x5c: 'AAAA' } }, "its header's x5c is not a list"],
    ['whose certificate is a number', { header: { x5c: [1] } }, "a certificate's text is not a string"],
    ['whose certificate is not base64', { header: { x5c: ['*'] } }, 'a certificate is not base64'],
    [
      'whose timestamp is a number',
      { header: { ...whole.header, [`${prefix}timestampSignature`]: 1 } },
      'its timestamp is not a string',
    ],
  ])('%s is refused', (_case, changes, message) => {
    expect(refusalOf(() => read(changes))).toEqual(malformed(message));
  });

  test.each<[string, object, string]>([
    ['certificates', { header: { x5c: Array(limits.chainCertificates + 1).fill('AAAA') } }, "its header's x5c"],
    ['critical attributes', withHeader({ crit: Array(17).fill('x') }), "its header's crit"],
  ])('with more %s than anybody needs is refused', (_what, changes, about) => {
    const problem = { code: 'too-large', message: expect.stringContaining(about) };
    expect(refusalOf(() => read(changes))).toEqual(problem);
  });
});

describe('the attributes of a Notation signature', () => {
  const plain: NotationEnvelope = {
    algorithm: 'ES256',
    contentType,
    names: ['alg', 'cty', 'crit', `${prefix}signingScheme`, `${prefix}signingTime`],
    critical: [`${prefix}signingScheme`],
    scheme: 'notary.x509',
    signingTime: signedAt,
    authenticSigningTime: null,
    expiry: null,
    payload: Buffer.alloc(0),
    signedBytes: Buffer.alloc(0),
    signature: Buffer.alloc(0),
    chain: [],
    timestamp: null,
  };
  const authority: NotationEnvelope = {
    ...plain,
    scheme: 'notary.x509.signingAuthority',
    names: ['alg', 'cty', 'crit', `${prefix}signingScheme`, `${prefix}authenticSigningTime`],
    critical: [`${prefix}signingScheme`, `${prefix}authenticSigningTime`],
    signingTime: null,
    authenticSigningTime: signedAt,
  };

  test.each<[string, NotationEnvelope]>([
    ['of the plain scheme', plain],
    ["of a signing authority's", authority],
    ['with an attribute of somebody else', { ...plain, names: [...plain.names, 'com.example.note'] }],
    ['that may have a timestamp named', { ...plain, names: [...plain.names, `${prefix}timestampSignature`] }],
  ])('%s are as they should be', (_case, envelope) => {
    expect(refusalOf(() => assertAttributes(envelope))).toBeNull();
  });

  test.each<[string, NotationEnvelope, string, string]>([
    ['of the plain scheme without its time', { ...plain, signingTime: null }, 'malformed', 'signing time'],
    [
      'of the plain scheme with an authentic time too',
      { ...plain, authenticSigningTime: signedAt },
      'malformed',
      'time',
    ],
    ["of an authority's without its time", { ...authority, authenticSigningTime: null }, 'malformed', 'signing time'],
    ["of an authority's with a plain time too", { ...authority, signingTime: signedAt }, 'malformed', 'signing time'],
    [
      'with an authentic time that is not critical',
      { ...authority, critical: [`${prefix}signingScheme`] },
      'malformed',
      'authenticSigningTime is not marked critical',
    ],
    [
      'of an unknown one of the specification',
      { ...plain, names: [...plain.names, `${prefix}new`] },
      'unsupported',
      'new',
    ],
    ['of another content type', { ...plain, contentType: 'text/plain' }, 'wrong-type', 'text/plain'],
    ['of another scheme', { ...plain, scheme: 'notary.x510' }, 'unsupported', 'notary.x510'],
  ])('%s are refused', (_case, envelope, code, message) => {
    expect(refusalOf(() => assertAttributes(envelope))).toEqual({ code, message: expect.stringContaining(message) });
  });

  const hostile = '\u001b]0;pwned\u0007\n';
  test.each<[string, NotationEnvelope]>([
    ['the content type', { ...plain, contentType: hostile }],
    ['the scheme', { ...plain, scheme: hostile }],
    ['a critical attribute', { ...plain, critical: [hostile] }],
    ['an attribute', { ...plain, names: [`${prefix}${hostile}`] }],
  ])('are written without control characters, also in %s', (_what, envelope) => {
    expect(refusalOf(() => assertAttributes(envelope))?.message).toMatch(/^\P{C}+$/u);
  });
});
