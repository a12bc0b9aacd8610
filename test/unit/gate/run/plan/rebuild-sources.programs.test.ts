import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchSources } from '../../../../../src/gate/run/plan/rebuild-sources.ts';
import type { Session } from '../../../../../src/gate/session/session.ts';
import type { BuildRecord } from '../../../../../src/model/index.ts';
import { bareEnvironment } from '../../../oci/memory-registry.ts';
import { image, newStateFolder, record } from '../../../records/support.ts';

const text = 'FROM base\n';
const sha256 = createHash('sha256').update(text).digest('hex');
const pulled = { from: 'registry.example.com/app', signer: null, result: 'PASSED' } as const;

async function lay(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = newStateFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

function commit(folder: string): string {
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: folder }).toString();
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'x');
  return git('rev-parse', 'HEAD').trim();
}

async function sources(given: string | null, context: Partial<BuildRecord['context']>, path = 'Dockerfile') {
  const { PATH } = process.env;
  const environment = bareEnvironment({ variables: { PATH }, workingDirectory: '/', platform: process.platform });
  const session = { environment, signal: new AbortController().signal } as unknown as Session; // the part that is asked
  const known = { kind: 'folder', source: null, remote: null, commit: null, dirty: false, subdirectory: '' } as const;
  const asked = record('app', [image('base')], {
    pulled,
    context: { ...known, ...context },
    dockerfile: { path, sha256 },
  });
  return await fetchSources({ session, record: asked, given, into: newStateFolder() });
}

describe('a folder that the person names', () => {
  it('lends the recorded commit where it has that, whatever lies in it now', async () => {
    const folder = await lay({ Dockerfile: text, note: 'x' });
    const recorded = commit(folder);
    await writeFile(join(folder, 'Dockerfile'), 'changed');
    const found = await sources(folder, { commit: recorded });
    expect(found).toMatchObject({ folder: null, dockerfile: join(found.context, 'Dockerfile') });
    expect(found.context).not.toContain(folder);
  });

  it('is taken as it lies where it has not', async () => {
    const folder = await lay({ 'app/Dockerfile': text });
    commit(folder);
    const found = await sources(folder, { commit: 'a'.repeat(40) }, 'elsewhere/app/Dockerfile');
    expect(found).toMatchObject({ folder, context: folder, dockerfile: join(folder, 'app/Dockerfile') });
  });

  it('gives no Dockerfile that lies outside of it, nor one of other bytes', async () => {
    const outside = await lay({ Dockerfile: text });
    const folder = await lay({ note: 'x' });
    await expect(sources(folder, {}, join(outside, 'Dockerfile'))).rejects.toThrow('the Dockerfile');
    await symlink(outside, join(folder, 'out'));
    await expect(sources(folder, {}, 'out/Dockerfile')).rejects.toThrow('the Dockerfile');
    await writeFile(join(folder, 'Dockerfile'), 'FROM other\n');
    await expect(sources(folder, {}, 'Dockerfile')).rejects.toThrow('the Dockerfile');
    await writeFile(join(folder, 'Dockerfile'), text);
    expect(await sources(folder, {}, 'Dockerfile')).toMatchObject({ folder });
  });

  it('is refused where it is none', async () => {
    await expect(sources('/nowhere', {})).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});

describe("the context's folder in a commit", () => {
  it.each(['way-out', '..', '../..', 'sub/../..', 'link-to/way-out'])('is never %s', async (subdirectory) => {
    const outside = await lay({ Dockerfile: text });
    const folder = await lay({ Dockerfile: text, 'sub/Dockerfile': text });
    await symlink(outside, join(folder, 'way-out'));
    await symlink('.', join(folder, 'link-to'));
    const recorded = commit(folder);
    const found = await sources(folder, { commit: recorded, subdirectory }).then(
      ({ context }) => context,
      (error: Error) => error.message,
    );
    // either it is said, or what the person named is taken as it lies
    expect([folder, `the context's folder ${subdirectory}: the commit has none of that name within it`]).toContain(
      found,
    );
  });

  it('is the one that was recorded', async () => {
    const folder = await lay({ Dockerfile: 'FROM other\n', 'sub/Dockerfile': text });
    const found = await sources(folder, { commit: commit(folder), subdirectory: 'sub' });
    expect(found).toMatchObject({ folder: null, dockerfile: join(found.context, 'Dockerfile') });
    expect(found.context.endsWith('/sub')).toBe(true);
  });
});
