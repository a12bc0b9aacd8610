import { describe, expect, it } from 'vitest';
import { convertPolicy } from '../../../../src/policy/convert/convert-policy.ts';

const convert = (value: unknown) => convertPolicy(new TextEncoder().encode(JSON.stringify(value)), 'x.json');

describe("what Notation's trust policy makes of timestamps", () => {
  const policyOf = (signatureVerification: object, trustStores: readonly string[] = ['ca:acme', 'tsa:times']) => ({
    version: '1.0',
    trustPolicies: [
      {
        name: 'acme',
        registryScopes: ['ghcr.io/acme/app'],
        signatureVerification,
        trustStores,
        trustedIdentities: ['x509.subject: CN=signer, O=acme, ST=WA, C=US'],
      },
    ],
  });

  it.each<[string, object, boolean]>([
    ['strict', { level: 'strict' }, true],
    ['strict, always', { level: 'strict', verifyTimestamp: 'always' }, true],
    ['strict, once the certificate has expired', { level: 'strict', verifyTimestamp: 'afterCertExpiry' }, false],
    ['permissive', { level: 'permissive' }, false],
    ['permissive that enforces it', { level: 'permissive', override: { authenticTimestamp: 'enforce' } }, true],
    ['strict that only logs it', { level: 'strict', override: { authenticTimestamp: 'log' } }, false],
  ])('%s', async (_, signatureVerification, required) => {
    const { yaml } = await convert(policyOf(signatureVerification));
    expect(yaml).toContain('tsa: times.tsa.pem');
    expect(/timestamp: required/.test(yaml)).toBe(required);
  });
});

describe('a trust policy that Notation refuses', () => {
  const one = {
    name: 'one',
    registryScopes: ['ghcr.io/one'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:acme'],
    trustedIdentities: ['*'],
  };
  it.each<[string, object[], string]>([
    ['a scope twice', [one, { ...one, name: 'two' }], 'the scope "ghcr.io/one" is there twice'],
    ['a name twice', [one, { ...one, registryScopes: ['ghcr.io/two'] }], 'the name "one" is there twice'],
    [
      'everything beside another scope',
      [{ ...one, registryScopes: ['ghcr.io/one', '*'] }],
      '"one" names "*" beside other scopes',
    ],
  ])('is refused here too: %s', async (_, trustPolicies, problem) => {
    await expect(convert({ version: '1.0', trustPolicies })).rejects.toMatchObject({
      code: 'policy.invalid',
      message: `x.json: ${problem}, which Notation refuses`,
    });
  });

  it('is read where everything is a scope of its own', async () => {
    const all = { ...one, name: 'all', registryScopes: ['*'] };
    await expect(convert({ version: '1.0', trustPolicies: [one, all] })).resolves.toMatchObject({
      yaml: expect.stringContaining('ghcr.io/one') as unknown,
    });
  });
});
