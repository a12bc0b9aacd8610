import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { parseReference } from '../../../../../src/model/index.ts';
import {
  isSignedFor,
  type SignedIdentity,
  signedIdentity,
} from '../../../../../src/policy/language/patterns/signed-identity.ts';
import { byKey, image as digest, inputOf } from '../../support/evidence.ts';
import { acme, rule, verdict } from '../../support/verdict.ts';

const at = `registry.example.com/app@${digest}`;
const remap: SignedIdentity = {
  type: 'remapIdentity',
  prefix: 'mirror.example.com/hub',
  signedPrefix: 'docker.io/acme',
};

// as in containers/image, signature/policy_reference_match_test.go
const table: readonly (readonly [SignedIdentity, string, string, boolean])[] = [
  [{ type: 'matchExact' }, 'registry.example.com/app:1', 'registry.example.com/app:1', true],
  [{ type: 'matchExact' }, 'registry.example.com/app', 'registry.example.com/app:latest', true],
  [{ type: 'matchExact' }, 'registry.example.com/app', 'registry.example.com/app', false],
  [{ type: 'matchExact' }, 'registry.example.com/app:1', 'registry.example.com/app:2', false],
  [{ type: 'matchExact' }, 'registry.example.com/app:1', 'registry.example.com/app', false],
  [{ type: 'matchExact' }, 'registry.example.com/app:1', 'registry.example.com/other:1', false],
  [{ type: 'matchExact' }, 'registry.example.com/app:1', `registry.example.com/app:1@${digest}`, false],
  [{ type: 'matchExact' }, at, 'registry.example.com/app:1', false],
  [{ type: 'matchExact' }, at, at, true],
  [{ type: 'matchExact' }, 'busybox:1', 'docker.io/library/busybox:1', true],
  [{ type: 'matchExact' }, 'busybox:1', 'busybox:1', true],
  [{ type: 'matchExact' }, 'busybox:1', 'UPPER/x:y:z', false],
  [{ type: 'matchExact' }, 'busybox:1', '', false],
  [{ type: 'matchRepoDigestOrExact' }, 'registry.example.com/app:1', 'registry.example.com/app:1', true],
  [{ type: 'matchRepoDigestOrExact' }, 'registry.example.com/app:2', 'registry.example.com/app:1', false],
  [{ type: 'matchRepoDigestOrExact' }, 'registry.example.com/app:1', 'registry.example.com/app', false],
  [{ type: 'matchRepoDigestOrExact' }, 'registry.example.com/app:1', at, false],
  [{ type: 'matchRepoDigestOrExact' }, at, 'registry.example.com/app:1', true],
  [{ type: 'matchRepoDigestOrExact' }, at, at, true],
  [{ type: 'matchRepoDigestOrExact' }, at, 'registry.example.com/app', false],
  [{ type: 'matchRepoDigestOrExact' }, at, 'registry.example.com/other:1', false],
  [{ type: 'matchRepoDigestOrExact' }, `registry.example.com/app:9@${digest}`, 'registry.example.com/app:1', true],
  [{ type: 'matchRepository' }, 'registry.example.com/app:1', 'registry.example.com/app', true],
  [{ type: 'matchRepository' }, 'registry.example.com/app:1', 'registry.example.com/app:2', true],
  [{ type: 'matchRepository' }, 'registry.example.com/app:1', 'registry.example.com/app/x:2', false],
  [
    { type: 'exactReference', dockerReference: 'vendor.example.com/x:1' },
    'mirror.example.com/y:2',
    'vendor.example.com/x:1',
    true,
  ],
  [
    { type: 'exactReference', dockerReference: 'vendor.example.com/x:1' },
    'mirror.example.com/y:2',
    'vendor.example.com/x:2',
    false,
  ],
  [
    { type: 'exactReference', dockerReference: 'vendor.example.com/x:1' },
    'mirror.example.com/y:1',
    'mirror.example.com/y:1',
    false,
  ],
  [
    { type: 'exactReference', dockerReference: 'vendor.example.com/x:1' },
    'mirror.example.com/y:1',
    'vendor.example.com/x',
    false,
  ],
  [
    { type: 'exactRepository', dockerRepository: 'vendor.example.com/x' },
    'mirror.example.com/y:2',
    'vendor.example.com/x:7',
    true,
  ],
  [
    { type: 'exactRepository', dockerRepository: 'vendor.example.com/x' },
    'mirror.example.com/y:2',
    'vendor.example.com/x',
    true,
  ],
  [
    { type: 'exactRepository', dockerRepository: 'vendor.example.com/x' },
    'mirror.example.com/y:2',
    'mirror.example.com/y:2',
    false,
  ],
  [remap, 'mirror.example.com/hub:1', 'docker.io/acme:1', false],
  [remap, 'mirror.example.com/hub/app:1', 'docker.io/acme/app', true],
  [remap, 'mirror.example.com/hub/app:1', 'docker.io/acme/other', false],
  [remap, 'mirror.example.com/other/app:1', 'mirror.example.com/other/app', false],
  [remap, 'mirror.example.com/hub/app:1', 'mirror.example.com/hub/app', false],
  [remap, 'mirror.example.com/hub/app:1', 'docker.io/acme/app:1', true],
  [remap, 'mirror.example.com/hub/app:1', 'docker.io/acme/app:2', false],
  [remap, 'mirror.example.com/hub/app:1', 'mirror.example.com/hub/app:1', false],
  [remap, 'mirror.example.com/hubs/app:1', 'mirror.example.com/hubs/app:1', true],
  [remap, 'mirror.example.com/hubs/app:1', 'docker.io/acmes/app:1', false],
  [remap, `mirror.example.com/hub/app@${digest}`, 'docker.io/acme/app:2', true],
  [
    { type: 'remapIdentity', prefix: 'mirror.example.com/git', signedPrefix: 'vendor.example.com/git' },
    'mirror.example.com/git:1',
    'vendor.example.com/git:1',
    true,
  ],
  [
    { type: 'remapIdentity', prefix: 'mirror.example.com', signedPrefix: 'vendor.example.com:5000/x' },
    'mirror.example.com/git:1',
    'vendor.example.com:5000/x/git:1',
    true,
  ],
];

describe('signedIdentity', () => {
  it.each(table)('%j: %s signed as %s: %s', (identity, image, signedName, expected) => {
    const evidence: Evidence = byKey(acme, { signedName });
    expect(isSignedFor(identity, evidence, parseReference(image))).toBe(expected);
  });

  it('is satisfied by no signature that names nothing', () => {
    for (const [identity] of table) expect(isSignedFor(identity, byKey(acme), parseReference('busybox:1'))).toBe(false);
  });

  it.each([
    { type: 'other' },
    { type: 'matchExact', prefix: 'a' },
    { type: 'exactReference' },
    { type: 'exactReference', dockerReference: 'vendor.example.com/x' },
    { type: 'exactReference', dockerReference: 'A/b/C' },
    { type: 'exactRepository', dockerRepository: 'vendor.example.com/x:1' },
    { type: 'remapIdentity', prefix: 'a.io' },
    { type: 'remapIdentity', prefix: 'a.io/x:1', signedPrefix: 'b.io' },
    { type: 'remapIdentity', prefix: 'a.io/', signedPrefix: 'b.io' },
  ])('cannot be %j', (value) => {
    expect(signedIdentity.safeParse(value).success).toBe(false);
  });
});

describe('a rule with signedIdentity', () => {
  const name = 'registry.example.com/acme/app:2';
  const project = rule('signedBy: [{key: acme.pub}]\n    signedIdentity: {type: matchRepoDigestOrExact}');
  it.each<[string, readonly Evidence[], string, readonly string[]]>([
    ['its own name', [byKey(acme, { signedName: name })], 'allow', []],
    ['another tag', [byKey(acme, { signedName: 'registry.example.com/acme/app:1' })], 'block', ['signature.copied']],
    ['no name', [byKey(acme)], 'block', ['signature.copied']],
    ['another tag, and its own', [byKey(acme), byKey(acme, { signedName: name })], 'allow', []],
    ['nothing', [], 'block', ['signature.missing']],
  ])('takes a signature for %s or refuses it', async (_, evidence, status, codes) => {
    expect(await verdict(project, inputOf(name, evidence))).toMatchObject({ status, codes });
  });

  it('lets a signature pass without it', async () => {
    expect(await verdict(rule('signedBy: [{key: acme.pub}]'), inputOf(name, [byKey(acme)]))).toMatchObject({
      status: 'allow',
    });
  });

  it('counts a name that the image stands for', async () => {
    const mirrored = `${project}mirrors: {"registry.example.com/**": "docker.io/**"}\n`;
    const evidence = [byKey(acme, { signedName: 'docker.io/acme/app:2' })];
    expect(await verdict(mirrored, inputOf(name, evidence))).toMatchObject({ status: 'allow' });
    expect(await verdict(project, inputOf(name, evidence))).toMatchObject({ status: 'block' });
  });

  it('asks for signers', async () => {
    await expect(verdict(rule('locked: true\n    signedIdentity: {type: matchExact}'), inputOf(name))).rejects.toThrow(
      /signedIdentity says what the signatures of signedBy must name/,
    );
  });
});
