import 'reflect-metadata';
import { createHash } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { ASN1Obj } from '@sigstore/core';
import { initializeTSA } from '@sigstore/mock';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Evidence } from '../../../../src/model/index.ts';
import { type RevocationSource, verifyAttachments } from '../../../../src/signature/index.ts';
import { type Certified, certify, later, signedAt } from '../certificates/test-certificates.ts';
import { listBy } from '../revocation/revocation-answers.ts';
import { certificateMaterial, material } from '../shared-data.ts';
import { always, authority, issue, specOf } from './notation-authorities.ts';
import { jws } from './notation-signatures.ts';

const place = 'http://lists.example.test/stamps.crl';
const timeStamping = '1.3.6.1.5.5.7.3.8';

let stampRoot: Certified;
let stamper: Certified;
let stamped: Attachment;

/** A timestamp of the test's own authority, whose certificate says where it could be looked up. */
async function token(data: Buffer): Promise<Buffer> {
  const parts = {
    intCert: pkijs.Certificate.fromBER(Uint8Array.from(stamper.der)),
    rootCert: pkijs.Certificate.fromBER(Uint8Array.from(stampRoot.der)),
    getCurrentTime: () => signedAt,
  };
  const made = Object.assign(await initializeTSA(stamper.pair), parts);
  const request = {
    artifactHash: createHash('sha256').update(data).digest(),
    hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
    policyOID: '1.3.6.1.4.1.57264.2',
    nonce: 1,
    certReq: true,
  };
  // The mock's own request type is not exported.
  const { buffer, byteOffset, byteLength } = await made.timestamp(request as never);
  const response = ASN1Obj.parseBuffer(Buffer.from(buffer, byteOffset, byteLength));
  return response.subs[1]?.toDER() ?? Buffer.alloc(0);
}

beforeAll(async () => {
  stampRoot = await certify({ subject: 'CN=stamps', isAuthority: true, ...always }, null, null);
  const extensions = [new x509.CRLDistributionPointsExtension([place])];
  stamper = await certify({ subject: 'CN=stamper', usages: [timeStamping], ...always, extensions }, stampRoot, null);
  const brief = await issue({ notBefore: later(signedAt, -1), notAfter: later(signedAt, 9) });
  stamped = await jws(specOf({ timestamp: token }, brief));
});

async function judged(now: Date, list: Uint8Array | Error, asked = authority.id): Promise<Evidence | undefined> {
  const certificates = [authority, certificateMaterial(stampRoot.pem, 'notation-timestamp')];
  const revocation: RevocationSource = {
    authorities: new Set([asked]),
    fetch: () => (list instanceof Error ? Promise.reject(list) : Promise.resolve(list)),
  };
  const [evidence] = await verifyAttachments([stamped], material({ certificates }), { now, revocation });
  return evidence;
}

describe('a Notation signature whose stamper’s certificate', () => {
  const over = later(signedAt, 30);
  const revoked = (): Promise<Uint8Array> => listBy(stampRoot, { revoked: true });

  test('stands counts from the time on that was stamped', async () => {
    const evidence = await judged(over, await listBy(stampRoot));
    expect(evidence).toMatchObject({ verified: true, timeSource: 'timestamp' });
    expect(evidence).not.toHaveProperty('revocationUnknown');
  });

  test('was taken back is refused once the signer’s own is over: anybody may have stamped it since', async () => {
    expect(await judged(over, await revoked())).toMatchObject({
      verified: false,
      problem: { code: 'timestamp-invalid', message: expect.stringContaining('CN=stamper') },
    });
  });

  test('was taken back counts as without a timestamp while the signer’s own is valid', async () => {
    expect(await judged(signedAt, await revoked())).toMatchObject({ verified: true, time: null, timeSource: null });
  });

  test('cannot be looked up leaves that open', async () => {
    expect(await judged(over, new Error('the list is away'))).toMatchObject({
      verified: true,
      revocationUnknown: expect.stringMatching(/^of its timestamp: CN=stamper: .*the list is away/),
    });
  });

  test('is not looked up where no policy asks about its signer', async () => {
    expect(await judged(over, await revoked(), 'another')).toMatchObject({ verified: true, timeSource: 'timestamp' });
  });
});
