import { beforeAll, describe, expect, it } from 'vitest';
import { pushIndex } from '../../../scripts/lab/images.ts';
import type { Expected } from '../../../scripts/lab/signing.ts';
import {
  attest,
  copyImage,
  cosignVerify,
  defaultIdentity,
  digestOf,
  findDigest,
  githubIssuer,
  lab,
  projectFolder,
  pushLayer,
  runVerify,
  sign,
} from '../support/lab.ts';

const { registry, referrersRegistry, keys, trustedRoot } = lab();
const made = `${registry}/differential`;

type Verdict = 'accepts' | 'refuses' | 'fails';
type Verdicts = readonly [ours: Verdict, cosign2: Verdict, cosign3: Verdict];

interface Case {
  readonly image: string;
  readonly expected: Expected;
  /** Whether a log entry is demanded too; by identity it always is. */
  readonly logged?: boolean;
  readonly verdicts: Verdicts;
  /** Why the three do not agree; left out where they do. */
  readonly because?: string;
}

const acme: Expected = { key: keys.acme.publicKey };
const mallory: Expected = { key: keys.mallory.publicKey };
const builder: Expected = { identity: defaultIdentity.email, issuer: defaultIdentity.issuer };
const untrusted: Expected = { identity: 'untrusted@example.test', issuer: defaultIdentity.issuer };
const release: Expected = {
  identity: 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1',
  issuer: githubIssuer,
};

const all: Verdicts = ['accepts', 'accepts', 'accepts'];
const none: Verdicts = ['refuses', 'refuses', 'refuses'];
const allButTwo: Verdicts = ['accepts', 'refuses', 'accepts'];
// what cosign 3 signs is found by cosign 3 and by us, in both kinds of registry
const noBundles = 'cosign 2.5.0 looks only at the .sig tag, where cosign 3 writes nothing';

const at = (name: string): string => `${registry}/${name}`;
const cases: readonly Case[] = [
  { image: at('signed/base:1'), expected: acme, verdicts: allButTwo, because: noBundles },
  { image: at('signed/base:1'), expected: mallory, verdicts: none },
  { image: at('signed/base:1'), expected: acme, logged: true, verdicts: none },
  { image: at('signed/b0:1'), expected: acme, verdicts: allButTwo, because: noBundles },
  { image: at('legacy/base:1'), expected: acme, verdicts: all },
  { image: at('legacy/base:1'), expected: mallory, verdicts: none },
  { image: at('logged/base:1'), expected: acme, logged: true, verdicts: allButTwo, because: noBundles },
  { image: at('logged/base:1'), expected: mallory, logged: true, verdicts: none },
  { image: at('keyless/base:1'), expected: builder, verdicts: allButTwo, because: noBundles },
  { image: at('keyless/base:1'), expected: untrusted, verdicts: none },
  { image: at('keyless/base:1'), expected: acme, verdicts: none },
  { image: at('keyless2/base:1'), expected: builder, verdicts: all },
  { image: at('keyless2/base:1'), expected: untrusted, verdicts: none },
  { image: at('keyless/tiles:1'), expected: builder, verdicts: allButTwo, because: noBundles },
  { image: at('workflow/base:1'), expected: release, verdicts: allButTwo, because: noBundles },
  { image: at('workflow/base:1'), expected: { ...release, issuer: defaultIdentity.issuer }, verdicts: none },
  { image: at('wrong/base:1'), expected: acme, verdicts: none },
  { image: at('wrong/base:1'), expected: mallory, verdicts: allButTwo, because: noBundles },
  { image: at('unsigned/base:1'), expected: acme, verdicts: none },
  { image: at('unsigned/base:1'), expected: builder, verdicts: none },
  { image: at('moved/base:good'), expected: acme, verdicts: allButTwo, because: noBundles },
  { image: at('moved/base:evil'), expected: acme, verdicts: none },
  { image: at('signed/multi:1'), expected: acme, verdicts: allButTwo, because: noBundles },
  { image: at('signed/multi:1-amd64'), expected: acme, verdicts: none },
  { image: at('signed/onbuild:1'), expected: acme, verdicts: allButTwo, because: noBundles },
  { image: `${referrersRegistry}/signed/base:1`, expected: acme, verdicts: allButTwo, because: noBundles },
  { image: `${referrersRegistry}/keyless/base:1`, expected: builder, verdicts: allButTwo, because: noBundles },
  { image: `${referrersRegistry}/signed/multi:1`, expected: acme, verdicts: allButTwo, because: noBundles },
  { image: `${referrersRegistry}/unsigned/base:1`, expected: acme, verdicts: none },
  {
    image: `${made}/beside:1`,
    expected: acme,
    verdicts: ['accepts', 'accepts', 'refuses'],
    // anybody who may push beside the image could take its signature's effect away by that
    because: 'cosign 3.1.1 looks at no .sig tag once there is any bundle, even one about something else',
  },
  // a signature names a digest: the same bytes elsewhere are still signed, unless the policy asks for the same repository
  { image: `${made}/copied-bundle:1`, expected: acme, verdicts: allButTwo, because: noBundles },
  { image: `${made}/copied-legacy:1`, expected: acme, verdicts: all },
  { image: `${made}/second:1`, expected: acme, verdicts: allButTwo, because: noBundles },
  { image: `${made}/second:1`, expected: mallory, verdicts: allButTwo, because: noBundles },
  { image: `${made}/second-legacy:1`, expected: acme, verdicts: all },
  { image: `${made}/second-legacy:1`, expected: mallory, verdicts: all },
  {
    image: `${made}/attested:1`,
    expected: acme,
    verdicts: ['refuses', 'refuses', 'accepts'],
    // who signs a note on an image (a failed scan, for instance) has not signed the image
    because: 'cosign 3.1.1 verify takes an attestation of any predicate type for a signature',
  },
  { image: `${made}/attested-legacy:1`, expected: acme, verdicts: none },
  { image: `${made}/legacy-multi:1`, expected: acme, verdicts: all },
  { image: `${made}/legacy-multi:1-amd64`, expected: acme, verdicts: none },
];

const predicate = { type: 'https://example.test/notes/v1', content: { reviewed: true } };
const byAcme = { key: keys.acme.privateKey };
const byMallory = { key: keys.mallory.privateKey };

/** Makes an image of our own, unless an earlier run did. */
async function once(name: string, make: (reference: string) => Promise<unknown>): Promise<void> {
  const reference = `${made}/${name}`;
  const ready = `${reference.replace(/:1$/, '')}:ready`;
  if ((await findDigest(lab(), ready)) !== null) return;
  if (!name.startsWith('copied') && !name.includes('multi')) {
    await pushLayer(lab(), at('unsigned/base:1'), reference, { [name.replace(':', '-')]: name });
  }
  await make(reference);
  await copyImage(lab(), reference, ready);
}

/** Copies an image with the tag that its signatures are under: `suffix` is empty for bundles, `.sig` for what cosign 2 wrote. */
async function copyWithSignature(from: string, to: string, suffix: string): Promise<void> {
  const digest = await digestOf(lab(), from);
  const tag = `${digest.replace(':', '-')}${suffix}`;
  const repository = (reference: string): string => reference.replace(/:1$/, '');
  await copyImage(lab(), from, to);
  await copyImage(lab(), `${repository(from)}:${tag}`, `${repository(to)}:${tag}`);
}

beforeAll(async () => {
  await once('beside:1', async (to) => {
    await sign(lab(), to, { signer: byAcme, cosign: 2 });
    await attest(lab(), to, predicate, { signer: byMallory, cosign: 3 });
  });
  await once('copied-bundle:1', (to) => copyWithSignature(at('signed/base:1'), to, ''));
  await once('copied-legacy:1', (to) => copyWithSignature(at('legacy/base:1'), to, '.sig'));
  for (const [name, cosign] of [
    ['second:1', 3],
    ['second-legacy:1', 2],
  ] as const) {
    await once(name, async (to) => {
      await sign(lab(), to, { signer: byMallory, cosign });
      await sign(lab(), to, { signer: byAcme, cosign });
    });
  }
  await once('attested:1', (to) => attest(lab(), to, predicate, { signer: byAcme, cosign: 3 }));
  await once('attested-legacy:1', (to) => attest(lab(), to, predicate, { signer: byAcme, cosign: 2 }));
  await once('legacy-multi:1', async (to) => {
    await pushIndex(lab(), at('unsigned/base:1'), to);
    await sign(lab(), to, { signer: byAcme, cosign: 2 });
  });
});

/** The policy that says what cosign's flags say. */
function policyOf({ expected, logged = false }: Case): string {
  const signer =
    'key' in expected
      ? { key: expected.key, log: logged ? 'required' : 'optional' }
      : { keyless: { issuer: expected.issuer, identity: expected.identity } };
  return JSON.stringify({
    version: 1,
    mode: 'enforce',
    default: 'deny',
    rules: [{ images: ['127.0.0.1:*/**'], signedBy: [signer] }],
  });
}

async function ourVerdict(each: Case): Promise<Verdict> {
  const folder = await projectFolder({ 'policy.json': policyOf(each) });
  const options = ['--policy', 'policy.json', '--trusted-root', trustedRoot, '--format', 'json', '--refresh'];
  const { status, stdout } = await runVerify(['check', ...options, each.image], { cwd: folder });
  const { verdict } = status === 0 || status === 10 ? JSON.parse(stdout) : { verdict: null };
  if (status === 0 && verdict === 'allow') return 'accepts';
  return status === 10 && verdict === 'block' ? 'refuses' : 'fails';
}

async function cosignVerdict({ image, expected, logged = false }: Case, cosign: 2 | 3): Promise<Verdict> {
  const tiles = image.includes('/tiles:');
  const witness = tiles ? 'rekor2-timestamp' : logged || !('key' in expected) ? 'rekor1' : 'none';
  const { status } = await cosignVerify(lab(), image, expected, { cosign, witness });
  return status === 0 ? 'accepts' : 'refuses';
}

function titleOf({ image, expected, logged = false }: Case): string {
  const who =
    'key' in expected ? (expected.key === keys.acme.publicKey ? "acme's key" : "mallory's key") : expected.identity;
  return `${image}, ${who}${logged ? ', logged' : ''}`;
}

describe('the verdicts of docker verify, cosign 2.5.0 and cosign 3.1.1', () => {
  it('agree, but for the differences that are explained', async () => {
    const lines = [['docker verify', 'cosign 2.5.0', 'cosign 3.1.1', 'image, signer', 'because']];
    const unexpected: unknown[] = [];
    for (const each of cases) {
      const actual: Verdicts = [await ourVerdict(each), await cosignVerdict(each, 2), await cosignVerdict(each, 3)];
      const title = titleOf(each);
      lines.push([...actual, title, each.because ?? '']);
      if (actual.join() !== each.verdicts.join()) unexpected.push({ title, actual, expected: each.verdicts });
    }
    const width = (column: number): number => Math.max(...lines.map((line) => line[column]?.length ?? 0));
    const rows = lines.map((line) =>
      line
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    );
    process.stdout.write(`\n${rows.join('\n')}\n${cases.length - unexpected.length} of ${cases.length} as expected\n`);
    expect(unexpected).toEqual([]);
  }, 300_000);

  it.each(cases.map((each) => ({ title: titleOf(each), ...each })))(
    'a difference is explained, and only a difference: $title',
    ({ verdicts, because }) => {
      expect(because === undefined).toBe(new Set(verdicts).size === 1);
    },
  );
});
