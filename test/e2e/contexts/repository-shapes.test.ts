import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository, Unread } from '../../../src/context/index.ts';
import type { Environment } from '../../../src/model/index.ts';
import { parseGitReference } from '../../../src/model/index.ts';
import { project, unguarded, verified } from '../no-way-around/project.ts';
import { hasGit } from '../no-way-around/remote-context.ts';
import { lab, temporaryFolder, writeFiles } from '../support/lab.ts';
import { createRepository, serveByDaemon, type TestRepository } from './repository.ts';

/** A Dockerfile that tells which one it is: by what it makes, and by its text. */
const marked = (mark: string): string => `FROM scratch\nCOPY <<"EOF" /which\n${mark}\nEOF\n`;

interface Shape {
  /** Makes the repository and gives what follows its URL. */
  readonly make: (repository: TestRepository) => Promise<string>;
  readonly file?: string;
}

async function link(repository: TestRepository, name: string, target: string): Promise<void> {
  await mkdir(dirname(join(repository.folder, name)), { recursive: true });
  await symlink(target, join(repository.folder, name));
}

/** A repository of these files and links, on its branch `main`. */
const of =
  (files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}, fragment = '#main') =>
  async (repository: TestRepository): Promise<string> => {
    for (const [name, target] of Object.entries(links)) await link(repository, name, target);
    await repository.commit(files);
    return fragment;
  };

const shapes: Readonly<Record<string, Shape>> = {
  'a link to another file': { make: of({ real: marked('real') }, { Dockerfile: 'real' }) },
  'a link from the root': { make: of({ 'folder/real': marked('real') }, { Dockerfile: '/folder/real' }) },
  'a link beyond the root, which ends at it': { make: of({ real: marked('real') }, { Dockerfile: '../../real' }) },
  'a way through a linked folder': {
    make: of({ 'folder/x': marked('real') }, { linked: 'folder' }),
    file: 'linked/x',
  },
  'links that go round': { make: of({ file: '' }, { Dockerfile: 'other', other: 'Dockerfile' }) },
  'a link that leaves the subfolder, and stays in it': {
    make: of(
      { real: marked('outside'), 'folder/real': marked('inside') },
      { 'folder/Dockerfile': '../real' },
      '#main:folder',
    ),
  },
  'a subfolder written with dots': { make: of({ 'a/b/Dockerfile': marked('b') }, {}, '#main:./a/x/../b/') },
  'a name that leaves the root, and stays in it': { make: of({ x: marked('x') }), file: '../../x' },
  'a name with blanks and signs': { make: of({ 'a *[b]: c': marked('x') }), file: 'a *[b]: c' },
  'a lower-case name': { make: of({ dockerfile: marked('lower') }) },
  'both cases': { make: of({ Dockerfile: marked('upper'), dockerfile: marked('lower') }) },
  'a folder of that name': { make: of({ 'Dockerfile/x': '', dockerfile: marked('lower') }) },
  'line ends by an attribute': {
    make: of({ '.gitattributes': '* text eol=crlf\n', Dockerfile: marked('x') }),
  },
  'an attribute in a folder, undone further down': {
    make: of({
      '.gitattributes': '* text eol=crlf\n',
      'a/.gitattributes': '* -text\n',
      'a/Dockerfile': marked('x'),
    }),
    file: 'a/Dockerfile',
  },
  'an identifier that is filled in': {
    make: of({ '.gitattributes': 'Dockerfile ident\n', Dockerfile: marked('$Id$') }),
  },
  'another encoding': {
    make: of({ '.gitattributes': '*.txt working-tree-encoding=latin1\n', 'x.txt': marked('caf\u00e9') }),
    file: 'x.txt',
  },
  'a filter that is not configured': {
    make: of({ '.gitattributes': 'Dockerfile filter=lfs diff=lfs\n', Dockerfile: marked('x') }),
  },
  'the default branch': {
    make: async (repository) => {
      await repository.commit({ Dockerfile: marked('main') });
      await repository.git('checkout', '--quiet', '-b', 'other');
      await repository.commit({ Dockerfile: marked('other') });
      return '';
    },
  },
  'an annotated tag': {
    make: async (repository) => {
      await repository.commit({ Dockerfile: marked('tagged') });
      await repository.git('tag', '-a', '-m', 'One', 'v1');
      await repository.commit({ Dockerfile: marked('later') });
      return '#v1';
    },
  },
  'a tag by its whole name': {
    make: async (repository) => {
      await repository.commit({ Dockerfile: marked('tag') });
      await repository.git('tag', '-a', '-m', 'One', 'one');
      await repository.commit({ Dockerfile: marked('branch') });
      await repository.git('branch', 'one');
      return '#refs/tags/one';
    },
  },
  'a ref that is neither': {
    make: async (repository) => {
      await repository.commit({ Dockerfile: marked('pull') });
      await repository.git('update-ref', 'refs/pull/1/head', 'HEAD');
      await repository.commit({ Dockerfile: marked('main') });
      return '#refs/pull/1/head';
    },
  },
  'a commit': {
    make: async (repository) => {
      const commit = await repository.commit({ Dockerfile: marked('commit') });
      await repository.commit({ Dockerfile: marked('later') });
      return `#${commit}`;
    },
  },
  'a branch and a folder in the query': {
    make: of({ 'a/Dockerfile': marked('x') }, {}, '?branch=main&subdir=a'),
  },
  'a ref that is not there': { make: of({ Dockerfile: marked('x') }, {}, '#absent') },
  'a checksum of another commit': {
    make: of({ Dockerfile: marked('x') }, {}, `?ref=main&checksum=${'0'.repeat(40)}`),
  },
};

async function environment(): Promise<Environment> {
  return {
    variables: { ...lab().environment, TMPDIR: await temporaryFolder() },
    workingDirectory: '/',
    homeDirectory: '/',
    platform: process.platform,
    architecture: process.arch,
    userId: 0,
    dockerFlags: [],
    dockerConfigDirectory: '/',
  };
}

/** What we read of it: the text between the marks of `marked`, null where there is none. */
async function read(url: string, file: string): Promise<string | null> {
  const reference = parseGitReference(url);
  if (reference === null) throw new Error(`${url} is no repository`);
  const repository = await openRepository(reference, await environment(), AbortSignal.timeout(20_000)).catch(
    (error: unknown) => (error instanceof Unread ? null : Promise.reject(error as Error)),
  );
  if (repository === null) return null;
  try {
    const text = (await repository.read(reference.subfolder, file)).toString('utf8');
    return /which\r?\n(.*?)EOF/s.exec(text)?.[1] ?? text;
  } catch {
    return null;
  } finally {
    repository.close();
  }
}

describe.skipIf(!(await hasGit()))('what is read of a repository is what BuildKit builds from:', () => {
  it.each(Object.entries(shapes))('%s', async (_, { make, file = 'Dockerfile' }) => {
    const repository = await createRepository();
    const fragment = await make(repository);
    const served = await serveByDaemon(repository);
    try {
      const url = `${served.url}${fragment}`;
      const folder = await temporaryFolder();
      const args = file === 'Dockerfile' ? [] : ['-f', file];
      const built = await unguarded(folder, args, { context: url });
      expect(built.which === null).toBe(built.status !== 0);
      expect(await read(url, file)).toBe(built.which);
    } finally {
      await served.close();
    }
  });

  it('a branch comes before a tag of its name, and the builder is held to it', async () => {
    const repository = await createRepository();
    await repository.commit({ Dockerfile: marked('tag') });
    await repository.git('tag', 'one');
    await repository.commit({ Dockerfile: marked('branch') });
    await repository.git('branch', 'one');
    const served = await serveByDaemon(repository);
    try {
      expect(await read(`${served.url}#one`, 'Dockerfile')).toBe('branch\n');
      const built = await verified(await project(''), [], { context: `${served.url}#one` });
      expect(built).toMatchObject({ status: 0, which: 'branch\n' });
    } finally {
      await served.close();
    }
  });

  it('a submodule is left to the builder', async () => {
    const inner = await createRepository();
    await inner.commit({ Dockerfile: marked('inner') });
    const repository = await createRepository();
    await repository.git('submodule', '--quiet', 'add', inner.folder, 'module');
    await repository.commit({});
    const served = await serveByDaemon(repository);
    try {
      expect(await read(`${served.url}#main`, 'module/Dockerfile')).toBe(null);
    } finally {
      await served.close();
    }
  });

  it('neither hooks nor filters nor programs of the environment are run', async () => {
    const repository = await createRepository();
    await repository.commit({ '.gitattributes': 'Dockerfile filter=touch\n', Dockerfile: marked('x') });
    const served = await serveByDaemon(repository);
    const folder = await writeFiles(await temporaryFolder(), { '.gitconfig': '' });
    const trace = join(folder, 'trace');
    const touch = `touch ${trace}; cat`;
    const { variables } = await environment();
    const hostile = {
      ...variables,
      HOME: folder,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'filter.touch.smudge',
      GIT_CONFIG_VALUE_0: touch,
      GIT_SSH_COMMAND: touch,
      GIT_PROXY_COMMAND: touch,
      GIT_TRACE: trace,
      GIT_EXEC_PATH: folder,
      GIT_TEMPLATE_DIR: folder,
    };
    await writeFiles(folder, { '.gitconfig': `[filter "touch"]\nsmudge = ${touch}\n` });
    try {
      const reference = parseGitReference(`${served.url}#main`);
      if (reference === null) throw new Error('no repository');
      const opened = await openRepository(
        reference,
        { ...(await environment()), variables: hostile },
        AbortSignal.timeout(20_000),
      );
      expect((await opened.read('', 'Dockerfile')).toString('utf8')).toBe(marked('x'));
      opened.close();
      await expect(rm(trace)).rejects.toThrow(/ENOENT/);
    } finally {
      await served.close();
    }
  });

  it('what does not answer is given up, with every process that was begun for it', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      const began = performance.now();
      const reference = parseGitReference(`http://127.0.0.1:${port}/context.git`);
      if (reference === null) throw new Error('no repository');
      await expect(openRepository(reference, await environment(), AbortSignal.timeout(500))).rejects.toThrow(
        /took too long/,
      );
      expect(performance.now() - began).toBeLessThan(5_000);
      await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
