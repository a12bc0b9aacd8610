import { describe, expect, it } from 'vitest';
import { releaseSigner, versionInName } from '../../../../../src/gate/commands/machine/release-signer.ts';

describe('versionInName', () => {
  it.each([
    ['docker-verify-1.2.3-linux-x64', '1.2.3'],
    ['docker-verify-1.2.3-win-x64.exe.sbom.json', '1.2.3'],
    ['docker-verify-1.2.3-rc.1-darwin-arm64', '1.2.3-rc.1'],
    ['docker-verify-1.2.3.provenance.json', '1.2.3'],
    ['docker-verify-1.2.3.rb', '1.2.3'],
    ['SHA256SUMS', null],
    ['docker-verify', null],
    ['docker-verify-1.2-linux-x64', null],
    ['x-docker-verify-1.2.3-linux-x64', null],
  ])('%s: %s', (name, version) => {
    expect(versionInName(name)).toBe(version);
  });
});

interface Entry {
  readonly keyless: { readonly issuer: string; readonly identity?: string; readonly identityRegexp?: string };
}

describe('releaseSigner', () => {
  it('is the release workflow at the tag of the very version that the name tells', () => {
    const { keyless } = JSON.parse(releaseSigner('docker-verify-1.2.3-linux-x64')) as Entry;
    expect(keyless.identity).toBe('https://docker-verify.invalid/.github/workflows/release.yml@refs/tags/v1.2.3');
    expect(keyless.issuer).toBe('https://token.actions.githubusercontent.com');
  });

  it('is that workflow at the tag of any version, and at no branch, where the name tells none', () => {
    const { keyless } = JSON.parse(releaseSigner('SHA256SUMS')) as Entry;
    const pattern = new RegExp(`^(?:${keyless.identityRegexp ?? 'nothing'})$`);
    const workflow = 'https://docker-verify.invalid/.github/workflows/release.yml';
    expect(pattern.test(`${workflow}@refs/tags/v1.2.3`)).toBe(true);
    expect(pattern.test(`${workflow}@refs/heads/main`)).toBe(false);
    expect(pattern.test(`${workflow}@refs/tags/v1.2.3/../main`)).toBe(false);
    expect(pattern.test(`${workflow.replace('.invalid', 'xinvalid')}@refs/tags/v1.2.3`)).toBe(false);
  });
});
