import {
  type BroughtAuthority,
  type Evidence,
  evidenceForms,
  type FoundSigners,
  isPem,
  type ProposedSigner,
  proposalKey,
  type Trusted,
  type VerifyError,
} from '../../gate/index.ts';
import { describeSigner } from '../../report/index.ts';
import { say } from '../streams.ts';
import type { Consent, Question } from './consent.ts';

interface Offer {
  readonly proposed: ProposedSigner;
  readonly repositories: readonly string[];
}

/** Every signer once, with all that it signs. */
function offersOf(found: readonly FoundSigners[]): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const { repository, signers } of found) {
    for (const proposed of signers) {
      const key = proposalKey(proposed);
      offers.set(key, { proposed, repositories: [...(offers.get(key)?.repositories ?? []), repository] });
    }
  }
  return [...offers.values()];
}

function keyOf({ signer }: Evidence): string {
  if (signer === null) return 'a key that it does not name';
  return signer.kind === 'key' ? `the key sha256:${signer.sha256.slice(0, 12)}` : describeSigner(signer);
}

/** Whether it may be a signature by a bare key. */
function isByKey({ signer, form }: Evidence): boolean {
  return (signer === null || signer.kind === 'key') && evidenceForms[form].signedBy === 'cosign';
}

/** What could not be proven, and what would prove it. */
function unprovenLine(piece: Evidence): string {
  const { signer, problem, form } = piece;
  if (problem?.code === 'unknown-signer' && isByKey(piece))
    return `a signature by ${keyOf(piece)}, which is not known here: --key FILE tries a public key`;
  const ofOwnAuthority = signer?.kind === 'certificate' || (signer?.kind === 'keyless' && signer.issuer === '');
  if (problem?.code === 'unknown-signer' && ofOwnAuthority) {
    const kind = evidenceForms[form].signedBy === 'notation' ? 'a Notation signature' : 'a signature';
    return `${kind} by ${describeSigner(signer)}, whose authority is not known here: --ca FILE names its certificate`;
  }
  if (signer?.kind === 'keyless')
    return `a signature that claims to be by ${keyOf(piece)}, unproven: ${problem?.message ?? ''} (--trusted-root FILE names a private Sigstore)`;
  return `a signature that proves nothing: ${problem?.message ?? ''}`;
}

/** Says what will be locked, and why. */
export function sayLocked(found: readonly FoundSigners[], trusted: readonly Trusted[]): void {
  for (const { repository, signers } of trusted) {
    if (signers.length > 0) continue;
    const of = found.find((one) => one.repository === repository);
    const lines = [...new Set((of?.unproven ?? []).map(unprovenLine))].slice(0, 5);
    const why = (of?.signers.length ?? 0) > 0 ? 'its signers are not trusted' : 'unsigned';
    say(`  ${repository}  ${lines.length > 0 ? 'nothing proves who signed it' : why}`);
    for (const line of lines) say(`    ${line}`);
  }
}

/** A repository without a trusted signature where not everything could be seen, with the reason: then no rule may be written for it. */
export interface Unsettled {
  readonly repository: string;
  readonly unseen: VerifyError;
}

/** Parts what the policy can speak of from what it cannot. */
export function partUnsettled(
  found: readonly FoundSigners[],
  trusted: readonly Trusted[],
): { readonly settled: readonly Trusted[]; readonly unsettled: readonly Unsettled[] } {
  const unseen = new Map(found.map((one) => [one.repository, one.unseen]));
  const unsettled = trusted.flatMap(({ repository, signers }) => {
    const error = signers.length > 0 ? null : unseen.get(repository);
    return error ? [{ repository, unseen: error }] : [];
  });
  const open = new Set(unsettled.map(({ repository }) => repository));
  return { settled: trusted.filter(({ repository }) => !open.has(repository)), unsettled };
}

/** Says of which repositories not everything could be looked at, and why, each once. */
export function sayUnseen(found: readonly FoundSigners[], unsettled: readonly Unsettled[]): void {
  const open = new Set(unsettled.map(({ repository }) => repository));
  const partly = found.filter(({ repository, unseen }) => unseen !== null && !open.has(repository));
  const lines = (heading: string, ones: readonly { repository: string; unseen: VerifyError | null }[]): void => {
    if (ones.length === 0) return;
    say('');
    say(heading);
    for (const { repository, unseen } of ones) {
      say(`  ${repository}  ${unseen?.message ?? ''}`);
      if (unseen?.hint) say(`    next: ${unseen.hint}`);
    }
  };
  lines('Could not be looked up, so that the policy has no rule for them and refuses them:', unsettled);
  lines('Not everything could be looked at; what was found counts:', partly);
}

/**
 * Asks about every authority that signatures bring along where nothing else proves who signed. Somebody who only reads
 * the question has nothing to compare it with, so it says what to compare.
 */
export async function chooseAuthorities(
  found: readonly FoundSigners[],
  consent: Consent,
): Promise<readonly BroughtAuthority[]> {
  const waiting = found.filter(({ signers }) => signers.length === 0);
  const roots = new Map(waiting.flatMap(({ authorities }) => authorities.map((root) => [root.sha256, root] as const)));
  const chosen: BroughtAuthority[] = [];
  for (const root of roots.values()) {
    const signed = waiting.filter(({ authorities }) => authorities.some(({ sha256 }) => sha256 === root.sha256));
    say('');
    say(`  ${root.subject}`);
    say(`    sha256:${root.sha256}`);
    for (const { repository } of signed) say(`    is named as the authority by a signature on ${repository}`);
    say(
      '    Anybody can make an authority of that name: compare the fingerprint with the one that the publisher states.',
    );
    // one question after another: this is a conversation
    // oxlint-disable-next-line no-await-in-loop
    if (await consent(authorityQuestion)) chosen.push(root);
  }
  return chosen;
}

/** The file that a key was found in, which may have been lying in the project's folder; a key of no file there stands in the policy. */
function fileOf({ entry }: ProposedSigner): string {
  const key = entry['key'];
  if (typeof key !== 'string') return '';
  return isPem(key) ? ', which the policy will hold itself' : `, in ${key}`;
}

function shortSigner({ signer }: ProposedSigner): string {
  switch (signer.kind) {
    case 'key':
      return `key ${signer.name ?? signer.sha256.slice(0, 12)}`;
    case 'keyless':
      return signer.identity;
    case 'certificate':
      return signer.subject;
  }
}

function trustQuestion(proposed: ProposedSigner, repositories: readonly string[]): Question {
  const [first = '', ...others] = repositories;
  const images = others.length === 0 ? first : `these ${repositories.length} repositories`;
  const made = proposed.attestation === null ? 'signed' : 'attested';
  return {
    text: `  Trust ${shortSigner(proposed)} for ${images}? What it has not ${made} is refused from then on.`,
    explained: [
      `y  the policy says that images of ${images} must be ${made} by ${describeSigner(proposed.signer)};`,
      '   any other image of that name, signed by another or unsigned, is refused',
      'n  this signer counts for nothing. Where no other is trusted, the images are locked to the digest that they have now:',
      '   they build as they are, and are refused once they change',
      'Enter means n. Trust a signer if you know from elsewhere that it is the publisher.',
    ],
  };
}

const authorityQuestion: Question = {
  text: '  Is this the publisher’s authority?',
  explained: [
    'y  what this authority has certified counts: its certificate is written into the policy',
    'n  signatures below it prove nothing here',
    'Enter means n. Anybody can make an authority of any name, so compare the fingerprint with the one that the publisher states.',
  ],
};

/** Asks about every signer found; only a clear yes means trust. */
export async function chooseSigners(found: readonly FoundSigners[], consent: Consent): Promise<readonly Trusted[]> {
  const chosen = new Set<string>();
  for (const { proposed, repositories } of offersOf(found)) {
    say('');
    say(`  ${describeSigner(proposed.signer)}${fileOf(proposed)}`);
    const what = proposed.attestation === null ? 'signs' : `attests ${proposed.attestation} of`;
    for (const repository of repositories) say(`    ${what} ${repository}`);
    // one question after another: this is a conversation
    // oxlint-disable-next-line no-await-in-loop
    if (await consent(trustQuestion(proposed, repositories))) chosen.add(proposalKey(proposed));
  }
  return found.map(({ repository, names, signers }) => ({
    repository,
    names,
    signers: signers.filter((signer) => chosen.has(proposalKey(signer))),
  }));
}

/** The repositories of which a public key could still prove who signs. */
function wantingKey(found: readonly FoundSigners[]): readonly string[] {
  return found
    .filter(
      ({ signers, unproven }) =>
        signers.length === 0 && unproven.some((piece) => piece.problem?.code === 'unknown-signer' && isByKey(piece)),
    )
    .map(({ repository }) => repository);
}

/** What a file with a public key is asked for with, and what `?` explains of it; null where no key could still prove something. */
export function keyQuestion(found: readonly FoundSigners[]): Question | null {
  const [first, ...more] = wantingKey(found);
  if (first === undefined) return null;
  const named = more.length === 0 ? `${first} is` : `${first} and ${more.length} more are`;
  return {
    text: `${named} signed by a key that is not known here. A file with its public key (? explains, Enter for none): `,
    explained: [
      'Whoever publishes these images gives the public key (often cosign.pub, on their website or in their repository):',
      ...[first, ...more].map((repository) => `  ${repository}`),
      'Write the path of that file. Nothing is trusted yet: what the key has signed is shown, and asked about.',
      'Enter means that nothing proves who signed them: they are locked to the digest that they have now.',
    ],
  };
}
