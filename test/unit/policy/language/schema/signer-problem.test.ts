import { describe, expect, it } from 'vitest';
import {
  isRootAlone,
  type SignerFields,
  signerProblem,
} from '../../../../../src/policy/language/schema/signer-problem.ts';

const one = 'say exactly one of publisher, keyless, key, notation and certificate';

describe('the fields of a signer', () => {
  it.each<[SignerFields, string | null]>([
    [{ publisher: 'acme' }, null],
    [{ keyless: {} }, null],
    [{ key: 'acme.pub' }, null],
    [{ notation: {} }, null],
    [{ certificate: {} }, null],
    [{ certificate: {}, log: 'required' }, null],
    [{ trustedRoot: 'root.json' }, null],
    [{ keyless: {}, trustedRoot: 'root.json' }, null],
    [{ keyless: {}, claims: {} }, null],
    [{ keyless: {}, log: 'required' }, null],
    [{ key: 'acme.pub', log: 'required' }, null],
    [{ publisher: 'acme', log: 'required' }, null],
    [{ key: 'https://x/acme.pub', sha256: '00' }, null],
    [{}, one],
    [{ claims: {} }, one],
    [{ trustedRoot: 'root.json', claims: {} }, one],
    [{ trustedRoot: 'root.json', log: 'required' }, one],
    [{ trustedRoot: 'root.json', sha256: '00' }, one],
    [{ publisher: 'acme', key: 'acme.pub' }, one],
    [{ keyless: {}, notation: {} }, one],
    [{ certificate: {}, notation: {} }, one],
    [{ certificate: {}, claims: {} }, 'claims stand beside keyless only'],
    [{ certificate: {}, trustedRoot: 'root.json' }, 'trustedRoot stands beside keyless only'],
    [{ key: 'acme.pub', claims: {} }, 'claims stand beside keyless only'],
    [{ publisher: 'acme', claims: {} }, 'claims stand beside keyless only'],
    [{ notation: {}, claims: {} }, 'claims stand beside keyless only'],
    [{ key: 'acme.pub', trustedRoot: 'root.json' }, 'trustedRoot stands beside keyless only'],
    [{ publisher: 'acme', trustedRoot: 'root.json' }, 'trustedRoot stands beside keyless only'],
    [{ notation: {}, trustedRoot: 'root.json' }, 'trustedRoot stands beside keyless only'],
    [{ notation: {}, log: 'optional' }, 'Notation has no transparency log'],
    [{ key: 'https://x/acme.pub' }, 'a key that is fetched needs its sha256 beside it'],
    [{ key: 'acme.pub', sha256: '00' }, 'sha256 stands beside a key that is an https address only'],
    [{ key: 'http://x/acme.pub', sha256: '00' }, 'sha256 stands beside a key that is an https address only'],
    [{ key: { url: 'https://x' }, sha256: '00' }, 'sha256 stands beside a key that is an https address only'],
    [{ keyless: {}, sha256: '00' }, 'sha256 stands beside a key that is an https address only'],
  ])('%j: %j', (fields, problem) => {
    expect(signerProblem(fields)).toBe(problem);
  });

  it('that name a root and no signer are distinguished from those that name both, or neither', () => {
    expect(isRootAlone({ trustedRoot: 'root.json' })).toBe(true);
    expect(isRootAlone({ trustedRoot: 'root.json', keyless: {} })).toBe(false);
    expect(isRootAlone({ trustedRoot: 'root.json', publisher: 'x' })).toBe(false);
    expect(isRootAlone({ trustedRoot: 'root.json', key: 'x' })).toBe(false);
    expect(isRootAlone({ trustedRoot: 'root.json', notation: {} })).toBe(false);
    expect(isRootAlone({})).toBe(false);
  });
});
