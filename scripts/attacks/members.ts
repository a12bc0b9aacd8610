import { defaultIdentity } from '../lab/identity-token.ts';
import { notationSubject } from './notary.ts';

/** How an image is laid out, and what of it is signed: the one manifest, the index, or in an unsigned index its platforms or what BuildKit attached to them. */
type Shape = 'single' | 'index' | 'platforms' | 'attestations';

/** Who makes a signature of which form. `copy`: the maker of the image. */
export type Form =
  | 'cosign2'
  | 'cosign3'
  | 'logged'
  | 'tiles'
  | 'keyless2'
  | 'keyless3'
  | 'jws'
  | 'cose'
  | 'attest2'
  | 'attest3';

/** An image of the cast: made once by those whom its rule trusts, and once by attackers. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly forms: readonly Form[];
  /** What the policy's rule for it asks. */
  readonly rule: object;
  /** The names of the rules that the image of trusted makers obeys, and that of the attackers. */
  readonly obeys: readonly [trusted: readonly string[], attackers: readonly string[]];
  /** Whether there is an SBOM beside the provenance; the attackers' names a package that the rule denies. */
  readonly sbom?: boolean;
}

export const goodBuilder = 'https://builder.example.test/good';
const key = { key: 'acme.pub', log: 'optional' };
const keyless = { keyless: { issuer: defaultIdentity.issuer, identity: defaultIdentity.email } };
const notation = { notation: { subject: notationSubject, ca: 'root.pem', revocation: 'skip' } };
const byKey = { signedBy: [key] };
const provenance = {
  require: { attestations: [{ type: 'slsa-provenance', signedBy: [key], where: { builder: goodBuilder } }] },
};
const keyed = ['key2', 'key3', 'platforms2', 'platforms3', 'attestations2', 'attestations3'];

/** Forms and shapes of signed images, each with the rule that lets it in. */
export const members: readonly Member[] = [
  { name: 'key2', shape: 'single', forms: ['cosign2'], rule: byKey, obeys: [keyed, []] },
  { name: 'key3', shape: 'index', forms: ['cosign3'], rule: byKey, obeys: [keyed, []] },
  { name: 'platforms2', shape: 'platforms', forms: ['cosign2'], rule: byKey, obeys: [keyed, []] },
  { name: 'platforms3', shape: 'platforms', forms: ['cosign3'], rule: byKey, obeys: [keyed, []] },
  { name: 'attestations2', shape: 'attestations', forms: ['cosign2'], rule: byKey, obeys: [keyed, []] },
  { name: 'attestations3', shape: 'attestations', forms: ['cosign3'], rule: byKey, obeys: [keyed, []] },
  {
    name: 'logged',
    shape: 'index',
    forms: ['logged'],
    rule: { signedBy: [{ key: 'acme.pub', log: 'required' }] },
    obeys: [['logged', ...keyed], []],
  },
  {
    name: 'keyless2',
    shape: 'single',
    forms: ['keyless2'],
    rule: { signedBy: [keyless] },
    obeys: [['keyless2', 'keyless3', 'tiles'], []],
  },
  {
    name: 'keyless3',
    shape: 'index',
    forms: ['keyless3'],
    rule: { signedBy: [keyless] },
    obeys: [['keyless2', 'keyless3', 'tiles'], []],
  },
  {
    name: 'tiles',
    shape: 'platforms',
    forms: ['tiles'],
    rule: { signedBy: [keyless] },
    obeys: [['keyless2', 'keyless3', 'tiles'], []],
  },
  { name: 'jws', shape: 'index', forms: ['jws'], rule: { signedBy: [notation] }, obeys: [['jws', 'cose'], []] },
  { name: 'cose', shape: 'platforms', forms: ['cose'], rule: { signedBy: [notation] }, obeys: [['jws', 'cose'], []] },
  {
    name: 'provenance2',
    shape: 'single',
    forms: ['attest2'],
    rule: provenance,
    obeys: [['provenance2', 'provenance3'], []],
  },
  {
    name: 'provenance3',
    shape: 'index',
    forms: ['attest3'],
    rule: provenance,
    obeys: [['provenance2', 'provenance3'], []],
  },
  {
    name: 'sbom',
    shape: 'index',
    forms: ['cosign3'],
    rule: { ...byKey, require: { packages: { deny: ['xz-utils@5.6.0 - 5.6.1'] } } },
    sbom: true,
    obeys: [['sbom', ...keyed], keyed],
  },
  {
    name: 'threshold',
    shape: 'index',
    forms: ['cosign3', 'keyless3'],
    rule: { signedBy: [key, keyless], threshold: 2 },
    obeys: [['threshold', 'keyless2', 'keyless3', 'tiles', ...keyed], []],
  },
];

/** The policy under which the cast is attacked, by the last part of a repository's name. `isOpen` is the control: everything else is let in. */
export function castPolicy(isOpen: boolean): string {
  const rules = members.map(({ name, rule }) => ({ name, images: [`127.0.0.1:*/*/${name}`], ...rule }));
  const shut = { version: 1, mode: 'enforce', default: 'deny', rules };
  return JSON.stringify(isOpen ? { version: 1, mode: 'enforce', default: 'allow', rules: [] } : shut, null, 1);
}
