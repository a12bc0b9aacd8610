import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/model/index.ts';
import { byKey, digestOf, image, inputOf } from '../support/evidence.ts';
import { acme, name, signed, verdict } from '../support/verdict.ts';

describe('local images', () => {
  const onlyLocal = { image: { onlyLocal: true } };
  it.each([
    ['deny', 'version: 1\nlocal: deny\n', 'block', 'none', ['image.local-only']],
    ['deny in warn mode', 'version: 1\nmode: warn\nlocal: deny\n', 'warn', 'local', ['image.local-only']],
    ['warn', 'version: 1\nlocal: warn\n', 'warn', 'local', ['image.local-only']],
    ['allow', 'version: 1\nlocal: allow\n', 'allow', 'local', ['image.local-only']],
    ['left out: as unsigned', signed(''), 'block', 'none', ['signature.missing']],
    ['left out: the default', 'version: 1\ndefault: deny\n', 'block', 'none', ['policy.default']],
  ])('%s', async (_, project, status, basis, codes) => {
    const found = await verdict(project, inputOf(name, [], onlyLocal));
    expect(found).toMatchObject({ status, basis, codes, decision: { verified: false } });
  });

  it('never replace the built-in rules', async () => {
    expect(await verdict('version: 1\nlocal: allow\n', inputOf('cgr.dev/chainguard/go', [], onlyLocal))).toMatchObject({
      status: 'block',
    });
  });
});

describe('a local image that differs', () => {
  const shadow = { image: { localShadow: digestOf('local') } };
  it.each<[string, string, readonly Evidence[], string]>([
    ['is no matter where the remote one is verified', signed(''), [byKey(acme)], 'allow'],
    ['blocks where the remote one is not', 'version: 1\ndefault: allow\n', [], 'block'],
    ["keeps Docker's choice in warn mode", 'version: 1\nmode: warn\ndefault: allow\n', [], 'warn'],
  ])('%s', async (_, project, evidence, status) => {
    const found = await verdict(project, inputOf(name, evidence, shadow));
    expect(found.status).toBe(status);
    const findings = found.decision.findings.filter(({ code }) => code === 'image.local-shadow');
    expect(findings.map(({ expected, found: local }) => [expected, local])).toEqual(
      status === 'allow' ? [] : [[`${image} (registry)`, `${digestOf('local')} (local)`]],
    );
  });

  it('that is the same one is no matter at all', async () => {
    expect(
      await verdict('version: 1\ndefault: allow\n', inputOf(name, [], { image: { localShadow: image } })),
    ).toMatchObject({ status: 'allow' });
  });
});
