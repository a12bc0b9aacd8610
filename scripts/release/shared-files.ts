import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { renderManual } from '../../src/cli/help/man-page.ts';
import { completionScript } from '../../src/plugin/index.ts';
import { manualName, version } from './names.ts';

const run = promisify(execFile);

/** Where the plugin stands so that a shell finds it too: what completes `docker-verify …` asks the one on PATH. */
const command = 'usr/bin/docker-verify';

/** zsh's own folder for what packages bring: Debian builds zsh with another one than its makers. */
const zshFolder = { deb: 'usr/share/zsh/vendor-completions', rpm: 'usr/share/zsh/site-functions' } as const;

function manual(time: Date): ReadonlyMap<string, string> {
  return renderManual({ version, date: time.toISOString().slice(0, 10) });
}

function sharedFiles(kind: 'deb' | 'rpm', time: Date): ReadonlyMap<string, string | Buffer> {
  const files = new Map<string, string | Buffer>([
    ['usr/share/bash-completion/completions/docker-verify', completionScript('bash')],
    [`${zshFolder[kind]}/_docker-verify`, completionScript('zsh')],
    ['usr/share/fish/vendor_completions.d/docker-verify.fish', completionScript('fish')],
  ]);
  // zlib writes no time and no name into the header (RFC 1952, MTIME), as both kinds of package ask of pages
  for (const [name, text] of manual(time)) files.set(`usr/share/man/man1/${name}.gz`, gzipSync(text, { level: 9 }));
  return files;
}

/**
 * Puts the manual, the completions and the link on PATH into the tree of a package (Debian Policy 12.1; the places are those that
 * bash-completion, zsh and fish read packages' completions from).
 * @returns the paths below `tree`
 */
export async function layOutShared(
  tree: string,
  { kind, plugin, time }: { readonly kind: 'deb' | 'rpm'; readonly plugin: string; readonly time: Date },
): Promise<readonly string[]> {
  const files = sharedFiles(kind, time);
  for (const [path, content] of files) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
    await chmod(join(tree, path), 0o644); // whatever the maker's mask
  }
  await mkdir(dirname(join(tree, command)), { recursive: true });
  await symlink(join('../..', plugin), join(tree, command));
  return [...files.keys(), command];
}

/**
 * Writes the manual as one archive, for installers that fetch each file by itself.
 * @returns its name in `out`
 */
export async function writeManual(work: string, out: string, time: Date): Promise<string> {
  const folder = join(work, 'manual');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const pages = [...manual(time)].sort(([left], [right]) => (left < right ? -1 : 1));
  for (const [name, text] of pages) {
    await writeFile(join(folder, name), text);
    await utimes(join(folder, name), time, time);
  }
  const same = ['--format=ustar', '--owner=0', '--group=0', '--numeric-owner', '--mode=0644'];
  const words = ['-c', ...same, '-C', folder, ...pages.map(([name]) => name)];
  const { stdout } = await run('tar', words, { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 });
  await writeFile(join(out, manualName), gzipSync(stdout, { level: 9 }));
  await rm(folder, { recursive: true });
  return manualName;
}
