import { describe, expect, test } from 'vitest';
import { readStatement } from '../../../../src/signature/sigstore/in-toto-statement.ts';
import { imageDigest, otherDigest } from '../certificates/test-certificates.ts';
import { signPredicate, statementFor } from '../key-signatures.ts';

const hex = imageDigest.slice('sha256:'.length);
const other = otherDigest.slice('sha256:'.length);
const slsa = 'https://slsa.dev/provenance/v1';

const read = (statement: object) => readStatement(Buffer.from(JSON.stringify(statement)), imageDigest);

describe('an in-toto statement', () => {
  test.each(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1'])(
    'of the type %s is read',
    (type) => {
      const statement = { ...statementFor(), _type: type };
      expect(read(statement)).toMatchObject({ subject: imageDigest, problem: null, statement });
    },
  );

  test('tells of the subject that it was looked for by, not of the first', () => {
    const subjects = [
      { name: 'ghcr.io/acme/other', digest: { sha256: other }, annotations: { which: 'other' } },
      {
        name: 'ghcr.io/acme/app',
        digest: { sha512: 'ef'.repeat(64), sha256: hex },
        annotations: { which: 'this', n: 1 },
      },
    ];
    expect(read(statementFor(subjects, slsa))).toMatchObject({
      subject: imageDigest,
      repository: 'ghcr.io/acme/app',
      annotations: { which: 'this', n: '1' },
      problem: null,
    });
  });

  test('for others alone tells of the first, and names up to three digests', () => {
    const subjects = ['01', '02', '03', '04'].map((byte) => ({
      name: `app-${byte}`,
      digest: { sha256: byte.repeat(32) },
    }));
    const reading = read(statementFor(subjects, slsa));
    expect(reading).toMatchObject({
      subject: `sha256:${'01'.repeat(32)}`,
      repository: 'docker.io/library/app-01',
      annotations: {},
      problem: { code: 'wrong-subject' },
    });
    expect(reading.problem?.message).toContain(`sha256:${'03'.repeat(32)}, expected ${imageDigest}`);
    expect(reading.problem?.message).not.toContain('04'.repeat(32));
  });

  test('without any digest says so', () => {
    const reading = read(statementFor([{ name: '', digest: {} }]));
    expect(reading).toMatchObject({ subject: imageDigest, repository: null, problem: { code: 'wrong-subject' } });
    expect(reading.problem?.message).toContain('made for no digest');
  });

  test('that signs several images at once counts for none of them', () => {
    const subjects = [{ digest: { sha256: hex } }, { digest: { sha256: other } }];
    expect(read(statementFor(subjects, signPredicate)).problem).toEqual({
      code: 'wrong-subject',
      message: `it signs 2 subjects at once, expected ${imageDigest} alone`,
    });
    expect(read(statementFor(subjects, slsa)).problem).toBeNull();
  });

  test.each([
    [null, {}],
    ['text', {}],
    [
      { a: 'b', c: { d: 1 } },
      { a: 'b', c: '{"d":1}' },
    ],
  ])('with the annotations %j reports %j', (annotations, described) => {
    expect(read(statementFor([{ digest: { sha256: hex }, annotations }])).annotations).toEqual(described);
  });

  test('with more subjects than anybody needs is refused', () => {
    const subjects = (count: number) =>
      statementFor(
        Array.from({ length: count }, () => ({ digest: { sha256: hex } })),
        slsa,
      );
    expect(read(subjects(10_000)).problem).toBeNull();
    expect(() => read(subjects(10_001))).toThrow(/at most 10000/);
  });
});
