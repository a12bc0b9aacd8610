import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../scripts/oracle/seeded-random.ts';
import { resolveLocalDockerfile, Unread } from '../../../src/context/index.ts';
import { runDocker, runVerify, temporaryFolder } from '../support/lab.ts';

const layouts = 60;
const atOnce = 4;
const untold = '(untold)';

interface Layout {
  /** Paths with the text of a file, or `-> TARGET`. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** The Dockerfile that is asked for, within the layout. */
  readonly dockerfile: string;
}

/** Files and links inside of a context and around it; each file is an unknown instruction, so that the error names what was read. */
function layoutOf(seed: number): Layout {
  const random = new Random(seed);
  const names = ['a', 'b', 'sub', 'sub/a', 'sub/deep/b', 'deep'] as const;
  const files: Record<string, string> = {};
  const put = (path: string): void => {
    const parents = path.split('/').slice(0, -1);
    const isBelowAFile = parents.some((_, index) => files[parents.slice(0, index + 1).join('/')] !== undefined);
    const isAFolder = Object.keys(files).some((other) => other.startsWith(`${path}/`));
    if (isBelowAFile || isAFolder) return;
    const target = `${random.pick(['', '', '../', '../../', '/', './', 'sub/../', 'link/../', 'link/', 'sub/'])}${random.pick(['link', 'Dockerfile', 'dockerfile', ...names])}`;
    const text = `X${path.replaceAll('/', '_').toUpperCase()}\n`;
    files[path] = random.chance(50) ? `-> ${target}` : text;
  };
  const elsewhere = random.chance(25);
  const root = elsewhere ? 'ctx/sub' : 'ctx';
  files[`${root}/Dockerfile`] =
    `-> ${random.pick(['../', '', '/', 'link/', 'sub/../', 'link/../'])}${random.pick(names)}`;
  if (random.chance(30))
    files[`${root}/Dockerfile.dockerignore`] = `-> ${random.pick(['link', 'link/a', 'sub/deep/b', 'gone'])}`;
  if (random.chance(30)) files['ctx/.dockerignore'] = 'Dockerfile\nsub\n*\n';
  for (const folder of ['', 'ctx/', 'ctx/sub/']) {
    files[`${folder}link`] ??= `-> ${random.pick(['sub', 'deep', '../sub', 'sub/deep', '/sub', 'sub/link', 'gone'])}`;
    for (const name of names) if (random.chance(60)) put(`${folder}${name}`);
  }
  if (random.chance(30)) files[`${root}/dockerfile`] = 'XLOWER\n';
  return {
    files,
    args: elsewhere ? ['-f', 'ctx/sub/Dockerfile', 'ctx'] : ['ctx'],
    dockerfile: `${root}/Dockerfile`,
  };
}

async function laidOut(files: Layout['files']): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    // a random layout may have a link where another path has a folder
    await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
    const made = text.startsWith('-> ') ? symlink(text.slice(3), path) : writeFile(path, text);
    await made.catch(() => undefined);
  }
  return folder;
}

/** What BuildKit read: the instruction that it does not know; null where it found no Dockerfile. */
async function builderRead(folder: string, args: readonly string[]): Promise<string | null> {
  const { stderr } = await runDocker(['buildx', 'build', '--progress', 'plain', ...args], { cwd: folder });
  const read = /unknown instruction: (\w+)/.exec(stderr)?.[1];
  if (read !== undefined) return read;
  if (/failed to read dockerfile|too many links|no such file or directory/.test(stderr)) return null;
  throw new Error(`buildx said something else: ${stderr}`);
}

/** What our scan read; null where it found no Dockerfile, `untold` where it says that only a builder can tell. */
async function weRead(folder: string, layout: Layout): Promise<string | null> {
  const { stderr, status } = await runVerify(['scan', ...layout.args], { cwd: folder });
  if (status !== 65) throw new Error(`scan ended with ${status}: ${stderr}`);
  const read = /unknown instruction:? "?(\w+)/i.exec(stderr)?.[1];
  if (read !== undefined) return read;
  const isUntold = await resolveLocalDockerfile(join(folder, layout.dockerfile)).then(
    () => false,
    (error: unknown) => error instanceof Unread,
  );
  return isUntold ? untold : null;
}

/** What the system reads under that name; null where it finds no file. */
async function systemRead(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}

describe('a Dockerfile that is a link', () => {
  it(`is read as BuildKit reads it, in ${layouts} layouts`, { timeout: 300_000 }, async () => {
    const differing: unknown[] = [];
    const counts = { read: 0, missing: 0, untold: 0, otherwise: 0 };
    const seeds = Array.from({ length: layouts }, (_, index) => index + 1);
    const work = async (): Promise<void> => {
      for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) {
        const layout = layoutOf(seed);
        const folder = await laidOut(layout.files);
        const [theirs, ours] = await Promise.all([builderRead(folder, layout.args), weRead(folder, layout)]);
        counts[ours === untold ? 'untold' : ours === null ? 'missing' : 'read'] += 1;
        if ((await systemRead(join(folder, layout.dockerfile))) !== theirs) counts.otherwise += 1;
        if (ours !== theirs && ours !== untold) differing.push({ seed, theirs, ours, files: layout.files });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    expect(differing).toEqual([]);
    expect(counts.untold).toBeLessThan(layouts / 4);
    expect(counts.read).toBeGreaterThan(layouts / 6);
    expect(counts.missing).toBeGreaterThan(0);
    // the control: to read the file by its name is another reading
    expect(counts.otherwise).toBeGreaterThan(layouts / 6);
  });

  it('out of its folder names the images that are built, not those outside', async () => {
    const folder = await laidOut({
      'ctx/Dockerfile': '-> ../sub/Dockerfile',
      'ctx/sub/Dockerfile': 'FROM inside:1\n',
      'sub/Dockerfile': 'FROM outside:1\n',
    });
    const { stdout } = await runVerify(['scan', '--format', 'json', 'ctx'], { cwd: folder });
    expect(JSON.parse(stdout).images.map(({ name }: { name: string }) => name)).toEqual(['docker.io/library/inside:1']);
  });
});
