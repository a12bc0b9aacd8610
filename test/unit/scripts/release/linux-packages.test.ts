import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTarget } from '../../../../scripts/build/target.ts';
import { buildPackages } from '../../../../scripts/release/linux-packages.ts';
import { manualName, packageName } from '../../../../scripts/release/names.ts';
import { writeManual } from '../../../../scripts/release/shared-files.ts';
import { completionScript } from '../../../../src/plugin/index.ts';

const missing = ['dpkg-deb', 'rpmbuild', 'rpm2archive'].filter((tool) => spawnSync('which', [tool]).status !== 0);
const target = findTarget('linux-x64');
const time = new Date('2025-01-02T03:04:05Z');
const top = mkdtempSync(join(tmpdir(), 'packages-'));
const outs = [join(top, 'one'), join(top, 'other', 'deeper')] as const;

function unpack(kind: 'deb' | 'rpm'): string {
  const place = join(top, kind);
  mkdirSync(place);
  const file = join(outs[0], packageName(target, kind));
  if (kind === 'deb') execFileSync('dpkg-deb', ['-x', file, place]);
  else execFileSync('sh', ['-c', 'rpm2archive - <"$1" | tar -xz', 'unpack', file], { cwd: place });
  return place;
}

beforeAll(async () => {
  for (const out of outs) {
    mkdirSync(out, { recursive: true });
    const executable = join(out, 'executable');
    writeFileSync(executable, '#!/bin/sh\necho "ran $*"\n', { mode: 0o755 });
    await writeManual(out, out, time);
    if (missing.length === 0) await buildPackages(target, executable, { work: out, out, time });
  }
}, 120_000);
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe('the archive of the manual', () => {
  it('is the same bytes from two folders, and holds every page', () => {
    const [one, other] = outs.map((out) => readFileSync(join(out, manualName)));
    expect(one?.equals(other ?? Buffer.of())).toBe(true);
    const pages = execFileSync('tar', ['-tzf', join(outs[0], manualName)], { encoding: 'utf8' }).split('\n');
    expect(pages).toEqual(expect.arrayContaining(['docker-verify.1', 'docker-verify-build.1']));
  });
});

if (missing.length > 0) console.warn(`not on this machine, so no package is made: ${missing.join(', ')}`);
describe.skipIf(missing.length > 0)('the packages', () => {
  it.each(['deb', 'rpm'] as const)('of two folders are the same bytes: %s', (kind) => {
    const [one, other] = outs.map((out) => readFileSync(join(out, packageName(target, kind))));
    expect(one?.equals(other ?? Buffer.of())).toBe(true);
  });

  it.each([
    ['deb', 'usr/share/zsh/vendor-completions/_docker-verify'],
    ['rpm', 'usr/share/zsh/site-functions/_docker-verify'],
  ] as const)('bring the command, the manual and the completions: %s', (kind, zsh) => {
    const place = unpack(kind);
    const text = (path: string): string => readFileSync(join(place, path), 'utf8');
    expect(text('usr/share/bash-completion/completions/docker-verify')).toBe(completionScript('bash'));
    expect(text(zsh)).toBe(completionScript('zsh'));
    expect(text('usr/share/fish/vendor_completions.d/docker-verify.fish')).toBe(completionScript('fish'));
    for (const page of ['docker-verify', 'docker-verify-build', 'docker-verify-policy-check']) {
      const packed = readFileSync(join(place, 'usr/share/man/man1', `${page}.1.gz`));
      expect(packed.readUInt32LE(4), 'the time in the header').toBe(0);
      expect(gunzipSync(packed).toString()).toMatch(/^\.TH .* "2025-01-02" /);
    }
    const command = join(place, 'usr/bin/docker-verify');
    expect(execFileSync(command, ['version'], { encoding: 'utf8' })).toBe('ran version\n');
    const owned = execFileSync('find', [place, '-type', 'f', '!', '-perm', '-o+r'], { encoding: 'utf8' });
    expect(owned, 'files that others may not read').toBe('');
  });
});
