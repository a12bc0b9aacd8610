import { describe, expect, it } from 'vitest';
import { byIdentity, byKey, githubIssuer, inputOf } from '../../support/evidence.ts';
import { acme, name, rule, signed, verdict } from '../../support/verdict.ts';

describe('sameRepository', () => {
  const from = (repository: string | null) => byKey(acme, { repository });
  const here = 'registry.example.com/acme/app';

  it.each<[string, string, string | null, string, string[]]>([
    ['ignore', 'ignore', 'evil.example.com/x', 'allow', []],
    ['warn of another repository', 'warn', 'evil.example.com/x', 'warn', ['signature.copied']],
    ['deny another repository', 'deny', 'evil.example.com/x', 'block', ['signature.copied']],
    ['accept this one', 'deny', here, 'allow', []],
    ['accept this one in another spelling', 'deny', `REGISTRY.example.com:443/acme/app:2`, 'allow', []],
    ['accept a form without a name in warn', 'warn', null, 'allow', []],
    ['deny a form without a name', 'deny', null, 'block', ['signature.copied']],
    ['deny a name that is none', 'deny', 'not a name', 'block', ['signature.copied']],
  ])('%s', async (_, setting, repository, status, codes) => {
    expect(await verdict(signed(`sameRepository: ${setting}`), inputOf(name, [from(repository)]))).toMatchObject({
      status,
      codes,
    });
  });

  it('prefers a signature made for this repository', async () => {
    expect(
      await verdict(signed('sameRepository: warn'), inputOf(name, [from('evil.example.com/x'), from(here)])),
    ).toMatchObject({ status: 'allow', codes: [] });
  });

  it('takes a form without a name where the source repository is required', async () => {
    const keyless = (claims: string): string =>
      rule(`sameRepository: deny\n    signedBy: [{keyless: {issuer: "${githubIssuer}", identity: me}${claims}}]`);
    const evidence = [
      byIdentity('me', { form: 'cosign-bundle', claims: { sourceRepository: 'https://github.com/acme/app' } }),
    ];
    expect(await verdict(keyless(', claims: {sourceRepository: acme/app}'), inputOf(name, evidence))).toMatchObject({
      status: 'allow',
    });
    expect(await verdict(keyless(''), inputOf(name, evidence))).toMatchObject({ status: 'block' });
  });

  it('maps mirrors', async () => {
    const project = `version: 1\nmirrors: {"registry.example.com/**": "docker.io/**"}\nrules:\n  - images: ["**"]\n    signedBy: [{key: acme.pub}]\n    sameRepository: deny\n`;
    expect(await verdict(project, inputOf(name, [from('docker.io/acme/app')]))).toMatchObject({ status: 'allow' });
  });
});
