import { beforeEach, describe, expect, it } from 'vitest';
import {
  chooseAuthorities,
  chooseSigners,
  keyQuestion,
  partUnsettled,
  sayLocked,
  sayUnseen,
} from '../../../../src/cli/terminal/choose-signers.ts';
import type { Question } from '../../../../src/cli/terminal/consent.ts';
import { type Evidence, type FoundSigners, type ProposedSigner, VerifyError } from '../../../../src/gate/index.ts';
import { byIdentity } from '../../policy/support/evidence.ts';
import { captureSaid } from './said.ts';

const said = captureSaid();

const id = 'a'.repeat(64);
const key = { kind: 'key', sha256: id, name: null } as const;
const keyless = { kind: 'keyless', issuer: 'https://issuer.example.com', identity: 'me@acme.com' } as const;
const certificate = { kind: 'certificate', subject: 'CN=acme' } as const;
const unsigned: FoundSigners = {
  repository: 'a.io/x',
  names: [],
  signers: [],
  unproven: [],
  authorities: [],
  unseen: null,
};
const unproven = (changes: Partial<Evidence>): FoundSigners => ({
  ...unsigned,
  unproven: [byIdentity('x', { verified: false, ...changes })],
});
const unknown = { code: 'unknown-signer', message: 'it is unknown' } as const;

describe('what will be locked is said with what would prove more', () => {
  it.each<readonly [string, FoundSigners, RegExp]>([
    ['nothing is signed', unsigned, /a\.io\/x {2}unsigned/],
    ['a key is not known', unproven({ signer: key, problem: unknown }), /by the key sha256:a{12}, .*--key FILE/],
    ['a key is not named', unproven({ signer: null, problem: unknown }), /by a key that it does not name.*--key FILE/],
    [
      'an authority is not known',
      unproven({ signer: certificate, form: 'notation', problem: unknown }),
      /a Notation signature by .*--ca FILE/,
    ],
    [
      'a private authority is not known',
      unproven({ signer: { ...keyless, issuer: '' }, problem: unknown }),
      /a signature by .*--ca FILE/,
    ],
    [
      'a Sigstore is not known',
      unproven({ signer: keyless, problem: unknown }),
      /claims to be by .*unproven: it is unknown.*--trusted-root FILE/,
    ],
    [
      'no signer can be named',
      unproven({ signer: key, problem: { code: 'invalid-signature', message: 'it is forged' } }),
      /proves nothing: it is forged/,
    ],
  ])('where %s', (_, found, expected) => {
    sayLocked([found], [{ repository: 'a.io/x', names: [], signers: [] }]);
    expect(said.join('')).toMatch(expected);
  });

  it('and not of a repository with a trusted signer; one that is not trusted is called so', () => {
    const signer: ProposedSigner = { signer: key, attestation: null, entry: { key: 'a.pub' } };
    const found = { ...unsigned, signers: [signer] };
    sayLocked([found], [{ repository: 'a.io/x', names: [], signers: [signer] }]);
    expect(said).toEqual([]);
    sayLocked([found], [{ repository: 'a.io/x', names: [], signers: [] }]);
    expect(said.join('')).toContain('its signers are not trusted');
  });
});

describe('choosing', () => {
  const questions: Question[] = [];
  const answer = (yes: boolean) => (question: Question) => {
    questions.push(question);
    return Promise.resolve(yes);
  };
  beforeEach(() => {
    questions.length = 0;
  });

  it.each([true, false])('asks once of a signer with all that it signs, and takes the answer: %s', async (yes) => {
    const signers: readonly ProposedSigner[] = [{ signer: keyless, attestation: null, entry: { keyless } }];
    const found = [
      { ...unsigned, signers },
      { ...unsigned, repository: 'a.io/y', signers },
    ];
    const trusted = await chooseSigners(found, answer(yes));
    expect(questions.map(({ text }) => text)).toEqual([
      '  Trust me@acme.com for these 2 repositories? What it has not signed is refused from then on.',
    ]);
    expect(trusted.map((one) => one.signers.length)).toEqual(yes ? [1, 1] : [0, 0]);
  });

  it('names the file of a key, what is attested, and the subject of a certificate', async () => {
    const signers: readonly ProposedSigner[] = [
      { signer: { ...key, name: 'acme' }, attestation: null, entry: { key: 'keys/acme.pub' } },
      { signer: certificate, attestation: 'https://spdx.dev/Document', entry: { certificate: {} } },
      { signer: key, attestation: null, entry: { key: '-----BEGIN PUBLIC KEY-----' } },
    ];
    await chooseSigners([{ ...unsigned, signers }], answer(true));
    expect(said.join('')).toContain(', in keys/acme.pub');
    expect(said.join('')).not.toContain('BEGIN');
    expect(said.join('')).toContain('attests https://spdx.dev/Document of a.io/x');
    expect(questions.map(({ text }) => text)).toEqual([
      expect.stringContaining('Trust key acme for a.io/x?'),
      expect.stringMatching(/Trust CN=acme for a\.io\/x\? What it has not attested/),
      expect.stringContaining(`Trust key ${id.slice(0, 12)}`),
    ]);
  });

  it.each([true, false])(
    'asks of an authority with its fingerprint, only where nothing else proves who signed: %s',
    async (yes) => {
      const root = { sha256: id, subject: 'CN=authority', pem: 'PEM' };
      const found = [
        { ...unsigned, authorities: [root] },
        {
          ...unsigned,
          repository: 'a.io/proven',
          authorities: [root],
          signers: [{ signer: key, attestation: null, entry: {} }],
        },
      ];
      expect(await chooseAuthorities(found, answer(yes))).toEqual(yes ? [root] : []);
      expect(questions).toHaveLength(1);
      expect(said.join('')).toContain(`sha256:${id}`);
      expect(said.join('')).toContain('by a signature on a.io/x\n');
      expect(said.join('')).not.toContain('a.io/proven');
    },
  );

  it('wants a key only where one could prove something', () => {
    expect(keyQuestion([unproven({ signer: key, problem: unknown })])).not.toBeNull();
    expect(keyQuestion([unproven({ signer: keyless, problem: unknown })])).toBeNull();
    expect(keyQuestion([unproven({ signer: key, problem: { code: 'invalid-signature', message: '' } })])).toBeNull();
    expect(keyQuestion([unsigned])).toBeNull();
  });

  it('says which images wait for a key, and explains where it is found', () => {
    const waiting = unproven({ signer: key, problem: unknown });
    const several = keyQuestion([waiting, { ...waiting, repository: 'a.io/second' }, unsigned]);
    expect(several?.text).toMatch(/^\S+ and 1 more are signed by a key that is not known here\. .*\? explains/);
    expect(several?.explained).toEqual(expect.arrayContaining([`  ${waiting.repository}`, '  a.io/second']));
    expect(keyQuestion([waiting])?.text).toContain(`${waiting.repository} is signed by`);
  });
});

describe('what could not be looked up', () => {
  const unseen = new VerifyError('registry.unreachable', 'no answer', { hint: 'try again' });
  const signer: ProposedSigner = { signer: key, attestation: null, entry: {} };

  it('has no rule where no signer is trusted, and says so with what to do', () => {
    const found = [{ ...unsigned, unseen }];
    const parted = partUnsettled(found, [{ repository: 'a.io/x', names: [], signers: [] }]);
    expect(parted).toEqual({ settled: [], unsettled: [{ repository: 'a.io/x', unseen }] });
    sayUnseen(found, parted.unsettled);
    expect(said.join('')).toMatch(/no rule for them and refuses them:\n {2}a\.io\/x {2}no answer\n {4}next: try again/);
  });

  it('changes nothing of what was found', () => {
    const found = [{ ...unsigned, unseen: new VerifyError('registry.unreachable', 'no answer') }];
    const parted = partUnsettled(found, [{ repository: 'a.io/x', names: [], signers: [signer] }]);
    expect(parted.unsettled).toEqual([]);
    sayUnseen(found, parted.unsettled);
    expect(said.join('')).toContain('what was found counts:\n  a.io/x  no answer\n');
    said.length = 0;
    sayUnseen([unsigned], []);
    expect(said).toEqual([]);
  });
});
