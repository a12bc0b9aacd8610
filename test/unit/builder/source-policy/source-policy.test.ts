import { describe, expect, it } from 'vitest';
import { renderSourcePolicy, unpinnableNames } from '../../../../src/builder/source-policy/source-policy.ts';
import { parseUserPolicy } from '../../../../src/builder/source-policy/user-policy.ts';
import { evaluateUserPolicy } from '../../../../src/builder/source-policy/user-policy-evaluation.ts';
import { type Digest, type Pin, type PinSet, parseCanonicalName, parseDigest } from '../../../../src/model/index.ts';

const digest = (digit: string): Digest => parseDigest(`sha256:${digit.repeat(64)}`);
const [one, two, three] = [digest('1'), digest('2'), digest('3')];

function pin(name: string, options: Partial<Pin> = {}): Pin {
  return {
    name: parseCanonicalName(name),
    digest: one,
    platformDigests: [],
    wholeIndex: true,
    chainIds: {},
    ...options,
  };
}

function pinSet(given: Partial<PinSet>): PinSet {
  return { pins: [], unpinned: [], layouts: [], sources: [], ...given };
}

/** What BuildKit would make of a source under our policy: our own evaluation has its meaning, and the end-to-end tests ask BuildKit itself. */
async function outcome(pins: PinSet, source: string, user: string | null = null): Promise<string> {
  const userPolicy = user === null ? null : await parseUserPolicy(user, 'user.json');
  const policy = await parseUserPolicy(renderSourcePolicy(pins, userPolicy), 'ours.json');
  const { action, converted } = evaluateUserPolicy(policy, source);
  return action === 'deny' ? 'denied' : (converted ?? source);
}

const hub = 'docker-image://docker.io/library';

describe('renderSourcePolicy', () => {
  it('turns a name into its digest and lets that through', async () => {
    const pins = pinSet({ pins: [pin('base:1')] });
    expect(await outcome(pins, `${hub}/base:1`)).toBe(`${hub}/base:1@${one}`);
    expect(await outcome(pins, `${hub}/base:1@${one}`)).toBe(`${hub}/base:1@${one}`);
    expect(await outcome(pins, `${hub}/base@${one}`)).toBe(`${hub}/base@${one}`);
  });

  it.each([
    ['an image that was not verified', `${hub}/other:1`],
    ['a longer tag', `${hub}/base:1.2`],
    ['the tag at another digest', `${hub}/base:1@${two}`],
    ['another tag of the digest', `${hub}/base:2@${one}`],
    ['another repository at the digest', `docker-image://docker.io/evil/base@${one}`],
    ['a name that another registry gives', `docker-image://evil.example/library/base:1`],
    ['a name where a dot would be any letter', 'docker-image://docker0io/library/base:1'],
    ['a layout', `oci-layout://docker.io/library/base@${one}`],
    ['a blob of an image', `docker-image+blob://docker.io/library/base@${one}`],
    ['a scheme not yet invented', 'future://docker.io/library/base:1'],
    ['a scheme that begins like an open one', 'gitx://x'],
  ])('denies %s', async (_title, source) => {
    expect(await outcome(pinSet({ pins: [pin('base:1')] }), source)).toBe('denied');
  });

  it('lets a layout that could not be read be whatever the builder finds, under its own name alone', async () => {
    const pins = pinSet({ layouts: [{ identifier: 'oci-layout://docker.io/library/lay:latest', digest: null }] });
    for (const name of ['lay:latest', 'lay']) {
      const source = `oci-layout://docker.io/library/${name}@${two}`;
      expect(await outcome(pins, source)).toBe(source);
    }
    expect(await outcome(pins, `oci-layout://docker.io/library/layer@${two}`)).toBe('denied');
    expect(await outcome(pins, `${hub}/lay@${two}`)).toBe('denied');
  });

  it('lets unforeseen images through where that is said, but for the globs named, and pins what it knows', async () => {
    const unforeseen = { denied: ['cgr.dev/chainguard/**', 'docker.io/docker/dockerfile'] };
    const pins = pinSet({ pins: [pin('base:1'), pin('cgr.dev/chainguard/static:1')], unforeseen });
    for (const open of [`${hub}/other:1`, `oci-layout://x@${two}`, 'future://x', `docker-image://cgr.dev/other/x:1`])
      expect(await outcome(pins, open)).toBe(open);
    for (const closed of ['cgr.dev/chainguard/go:1', `cgr.dev/chainguard/a/b@${two}`, 'docker.io/docker/dockerfile:1'])
      expect(await outcome(pins, `docker-image://${closed}`)).toBe('denied');
    expect(await outcome(pins, `${hub}/base:1`)).toBe(`${hub}/base:1@${one}`);
    const known = 'docker-image://cgr.dev/chainguard/static:1';
    expect(await outcome(pins, known)).toBe(`${known}@${one}`);
  });

  it.each(['local://context', 'local://dockerfile', 'git://host/path#ref', 'http://host/file', 'https://host/file'])(
    'lets %s through',
    async (source) => {
      expect(await outcome(pinSet({}), source)).toBe(source);
    },
  );

  it('keeps the tag beside a digest that was written, and leaves it as it is', async () => {
    const pins = pinSet({ pins: [pin(`base:1@${one}`)] });
    expect(await outcome(pins, `${hub}/base:1@${one}`)).toBe(`${hub}/base:1@${one}`);
    expect(await outcome(pins, `${hub}/base:1`)).toBe('denied');
  });

  it('pins a name beside a longer one, two tags of a digest, an address and a host in capitals', async () => {
    const pins = pinSet({
      pins: [
        pin('base:1'),
        pin('base:1.2', { digest: two }),
        pin('base:stable'),
        pin('[::1]:5000/base:1'),
        pin('LOCALHOST:5000/base:1', { digest: three }),
      ],
    });
    expect(await outcome(pins, `${hub}/base:1.2`)).toBe(`${hub}/base:1.2@${two}`);
    expect(await outcome(pins, `${hub}/base:stable`)).toBe(`${hub}/base:stable@${one}`);
    expect(await outcome(pins, 'docker-image://[::1]:5000/base:1')).toBe(`docker-image://[::1]:5000/base:1@${one}`);
    const capitals = 'docker-image://LOCALHOST:5000/base:1';
    expect(await outcome(pins, capitals)).toBe(`${capitals}@${three}`);
    expect(await outcome(pins, capitals.replace('LOCALHOST', 'localhost'))).toBe('denied');
  });

  it('allows the one platform that is vouched for, and not its index', async () => {
    const pins = pinSet({ pins: [pin('base:1', { wholeIndex: false, platformDigests: [two] })] });
    expect(await outcome(pins, `${hub}/base:1`)).toBe(`${hub}/base:1@${two}`);
    expect(await outcome(pins, `${hub}/base:1@${one}`)).toBe('denied');
    expect(unpinnableNames(pins)).toEqual([]);
  });

  it('names what cannot be pinned: several platforms vouched for one by one', async () => {
    const pins = pinSet({ pins: [pin('base:1', { wholeIndex: false, platformDigests: [two, three] }), pin('good:1')] });
    expect(unpinnableNames(pins)).toEqual(['docker.io/library/base:1']);
    expect(await outcome(pins, `${hub}/base:1`)).toBe('denied');
    expect(await outcome(pins, `${hub}/base:1@${one}`)).toBe('denied');
    expect(await outcome(pins, `${hub}/base@${three}`)).toBe(`${hub}/base@${three}`);
  });

  it('names what targets of a bake pin to different digests', async () => {
    const pins = pinSet({ pins: [pin('base:1'), pin('base:1', { digest: two })] });
    expect(unpinnableNames(pins)).toEqual(['docker.io/library/base:1']);
    expect(await outcome(pins, `${hub}/base:1`)).toBe('denied');
  });

  it('lets a local image through by its exact name only, and any digest of a name where that was said', async () => {
    const local = { name: parseCanonicalName('mine:1'), anyDigest: false, reason: 'local' };
    const free = { name: parseCanonicalName('free:1'), anyDigest: true, reason: 'no network' };
    const pins = pinSet({ unpinned: [local, free] });
    expect(await outcome(pins, `${hub}/mine:1`)).toBe(`${hub}/mine:1`);
    expect(await outcome(pins, `${hub}/mine:1@${one}`)).toBe('denied');
    expect(await outcome(pins, `${hub}/mine:12`)).toBe('denied');
    expect(await outcome(pins, `${hub}/free:1@${two}`)).toBe(`${hub}/free:1@${two}`);
    expect(await outcome(pins, `${hub}/free:12@${two}`)).toBe('denied');
  });

  it('lets a verified layout through by its digest', async () => {
    const layout = { identifier: 'oci-layout://docker.io/library/base', digest: one };
    const pins = pinSet({ layouts: [layout] });
    expect(await outcome(pins, `${layout.identifier}@${one}`)).toBe(`${layout.identifier}@${one}`);
    expect(await outcome(pins, `${layout.identifier}@${two}`)).toBe('denied');
  });

  it('refuses a layout whose identifier would be a pattern', () => {
    const layouts = [{ identifier: 'oci-layout://*', digest: one }];
    expect(() => renderSourcePolicy(pinSet({ layouts }), null)).toThrow(/cannot be written into a source policy/);
  });

  it('never writes an EXACT selector, whose conversions do nothing before BuildKit 0.31', async () => {
    const rule = {
      action: 'CONVERT',
      selector: { identifier: 'https://a', match_type: 'EXACT' },
      updates: { identifier: 'https://b' },
    };
    const user = await parseUserPolicy(JSON.stringify({ rules: [rule] }), 'user.json');
    expect(renderSourcePolicy(pinSet({ pins: [pin('base:1')] }), user)).not.toContain('EXACT');
  });
});

describe("renderSourcePolicy with the user's own policy", () => {
  const user = (...rules: readonly unknown[]): string => JSON.stringify({ rules });
  const deny = (identifier: string): unknown => ({ action: 'DENY', selector: { identifier } });
  const allow = (identifier: string): unknown => ({ action: 'ALLOW', selector: { identifier } });

  it('keeps its denials of other sources', async () => {
    const policy = user(deny('http://*'), allow('http://good/*'));
    expect(await outcome(pinSet({}), 'http://evil/x', policy)).toBe('denied');
    expect(await outcome(pinSet({}), 'http://good/x', policy)).toBe('http://good/x');
    expect(await outcome(pinSet({}), 'https://evil/x', policy)).toBe('https://evil/x');
  });

  it('keeps a denial of everything, and what it then allows', async () => {
    const policy = user(deny('*'), allow('local://*'));
    expect(await outcome(pinSet({}), 'local://context', policy)).toBe('local://context');
    expect(await outcome(pinSet({}), 'https://x/', policy)).toBe('denied');
  });

  it('lets no permission of it reach an image', async () => {
    const policy = user(deny('https://*'), allow('*'), allow('docker-image://*'));
    expect(await outcome(pinSet({}), `${hub}/evil:1`, policy)).toBe('denied');
    expect(await outcome(pinSet({}), 'https://x/', policy)).toBe('https://x/');
  });

  it('refuses a permission that cannot be held apart from images', async () => {
    const policy = user(deny('https://*'), allow('*good*'));
    await expect(outcome(pinSet({}), `${hub}/x:1`, policy)).rejects.toMatchObject({
      code: 'builder.policy-unsupported',
    });
  });

  it('converts by it first, then by ours', async () => {
    const convert = {
      action: 'CONVERT',
      selector: { identifier: `${hub}/alpine:*` },
      updates: { identifier: 'docker-image://mirror.example/alpine:$' + '{1}' },
    };
    const pins = pinSet({ pins: [pin('mirror.example/alpine:3'), pin('alpine:3', { digest: two })] });
    expect(await outcome(pins, `${hub}/alpine:3`, user(convert))).toBe(`docker-image://mirror.example/alpine:3@${one}`);
    expect(await outcome(pins, `${hub}/alpine:4`, user(convert))).toBe('denied');
  });

  it('holds a context to what was read of it, and leaves other contexts alone', async () => {
    const [from, to] = ['git://example.com/b.git#main', `git://example.com/b.git#${'c'.repeat(40)}`];
    const source = { name: 'b', conversions: [{ from, to }], attributes: { 'git.checksum': 'c' }, hash: 'c' };
    const pins = pinSet({ sources: [source, source] });
    expect(await outcome(pins, from)).toBe(to);
    expect(await outcome(pins, 'git://example.com/b.git#mainly')).toBe('git://example.com/b.git#mainly');
    const { rules } = JSON.parse(renderSourcePolicy(pins, null)) as { rules: readonly { updates?: unknown }[] };
    expect(rules.filter(({ updates }) => updates !== undefined)).toEqual([
      {
        action: 'CONVERT',
        selector: { identifier: from },
        updates: { identifier: to, attrs: { 'git.checksum': 'c' } },
      },
    ]);
  });
});
