import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { run } from '../../../../scripts/lab/running-lab.ts';
import { writeProgram } from '../../../support/write-program.ts';

/** The file that a page shows under that name. */
export function shown(name: string, page: 'ci.md' | 'first-week.md' = 'ci.md'): string {
  const found = [...readFileSync(join('docs', page), 'utf8').matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].find(
    ([, file]) => file === name,
  );
  if (found === undefined) throw new Error(`no ${name} is shown`);
  return found[2] ?? '';
}

export interface Ran {
  readonly status: number;
  readonly err: string;
  readonly words: readonly string[];
  readonly folder: string;
}

/** An executable whose loader is not there, as one of glibc in an image of Alpine. */
export const unstartable = '#!/nowhere/ld-linux-x86-64.so.2\n';

/** Runs a script where `curl` finds a release whose executable notes its words and ends so, or is the one given. */
export async function runScript(
  script: string,
  status: number,
  variables: Readonly<Record<string, string>> = {},
  given: string | null = null,
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const noting = `#!/bin/sh\n[ "$1" != version ] || exit 0\nprintf '%s\\n' "$@" >'${folder}/words'\nfor word; do case $word in markdown=*) echo verdict >"\${word#*=}" ;; esac; done\nexit ${status}\n`;
  const executable = given ?? noting;
  const server = createServer((request, response) => {
    const isThere = /^\/docker-verify-1\.2\.3-linux-(?:x64|arm64)$/.test(request.url ?? '');
    response.writeHead(isThere ? 200 : 404).end(isThere ? executable : 'not found');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeProgram(
    join(bin, 'buildkite-agent'),
    `#!/bin/sh\nprintf '%s ' "$@" >'${folder}/annotated'\ncat >>'${folder}/annotated'\n`,
  );
  writeFileSync(join(folder, 'script'), script);
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    DV_VERSION: '1.2.3',
    DV_SHA256: createHash('sha256').update(executable).digest('hex'),
    DV_FROM: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...variables,
  };
  const lab = { environment: {} };
  const ended = await run(lab as Parameters<typeof run>[0], '/bin/sh', [join(folder, 'script')], { cwd: folder, env });
  const words = existsSync(join(folder, 'words'))
    ? readFileSync(join(folder, 'words'), 'utf8').split('\n').slice(0, -1)
    : [];
  return { status: ended.status, err: ended.stderr, words, folder };
}
