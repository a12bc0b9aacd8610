import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../../../scripts/build/folders.ts';
import { targets } from '../../../../scripts/build/target.ts';
import { formulaOf } from '../../../../scripts/release/formula.ts';
import { executableName, manualName, packageName, signatureName, version } from '../../../../scripts/release/names.ts';

describe('the files of a release', () => {
  it('are called as the page on releases says', async () => {
    const page = await readFile(join(root, 'docs/releasing.md'), 'utf8');
    expect(targets.map(executableName)).toEqual([
      `docker-verify-${version}-linux-x64`,
      `docker-verify-${version}-linux-arm64`,
      `docker-verify-${version}-darwin-x64`,
      `docker-verify-${version}-darwin-arm64`,
      `docker-verify-${version}-win-x64.exe`,
    ]);
    for (const { name } of targets) expect(page).toContain(`\`${name}\``);
    expect(page).toContain(`\`${manualName.replace(version, 'VERSION')}\``);
    expect(signatureName('SHA256SUMS')).toBe('SHA256SUMS.sigstore.json');
    const [linux] = targets;
    expect(linux && packageName(linux, 'deb')).toBe(`docker-verify-${version}-linux-x64.deb`);
  });

  it('stand in the formula with their checksums, where Homebrew runs', () => {
    const names = [...targets.map(executableName), manualName];
    const files = names.map((name, index) => ({ name, sha256: String(index).repeat(64) }));
    const formula = formulaOf(targets, files);
    for (const index of [0, 1, 2, 3, 5]) expect(formula).toContain(`sha256 "${String(index).repeat(64)}"`);
    expect(formula).not.toContain('.exe');
    expect(formula).toContain('lib/"docker/cli-plugins"');
    expect(formula).toContain('bin.install_symlink plugin');
    for (const place of ['man1.install', 'bash_completion/', 'zsh_completion/', 'fish_completion/'])
      expect(formula).toContain(place);
  });
});
