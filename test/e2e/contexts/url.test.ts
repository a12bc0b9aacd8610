import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { project, pushGoodAndEvil, reported, unguarded, verified } from '../no-way-around/project.ts';
import { archive } from '../no-way-around/remote-context.ts';
import { runVerify, temporaryFolder } from '../support/lab.ts';

let good = '';
let evil = '';
let closing: (() => unknown)[] = [];

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('contexts/url'));
});
afterEach(async () => {
  await Promise.all(closing.map(async (close) => close()));
  closing = [];
});

/** Each text is new: what the builder knows by its checksum already it takes from its cache. */
const from = (image: string): string => `FROM scratch\n# ${randomUUID()}\nCOPY --from=${image} /which /which\n`;

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Answers the nth request by `answer(n, path)`, from 1; gives the URL of `/context`. */
async function serve(answer: (count: number, path: string) => Answer): Promise<string> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    const { status = 200, headers = {}, body = '' } = answer(count, request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/context`; // it listens on TCP
}

const check = async (folder: string, ...args: readonly string[]) => {
  const outcome = await runVerify(['check', '--format', 'json', ...args], { cwd: folder });
  return { ...outcome, report: outcome.stdout === '' ? null : JSON.parse(outcome.stdout) };
};

describe.each([
  ['a Dockerfile', (image: string) => Promise.resolve<Uint8Array | string>(from(image))],
  ['an archive', (image: string) => archive({ Dockerfile: from(image) })],
  ['a compressed archive', (image: string) => archive({ Dockerfile: from(image) }, '-czf')],
])('%s by URL', (_, make) => {
  it('is read before the build: nothing is unknown to check', async () => {
    const [fine, bad] = [await make(good), await make(evil)];
    const folder = await project('');
    expect(await check(folder, await serve(() => ({ body: fine })))).toMatchObject({
      status: 0,
      report: { verdict: 'allow', unknown: [], images: [{ name: good, verified: true }] },
    });
    const refused = await check(folder, await serve(() => ({ body: bad })));
    expect(refused).toMatchObject({ status: 10, report: { unknown: [], images: [{ name: evil }] } });
  });

  it('is not built where the URL gives something else afterwards, as Docker does', async () => {
    const [fine, bad] = [await make(good), await make(evil)];
    const moving = (): Promise<string> => serve((count) => ({ body: count === 1 ? fine : bad }));
    const built = await verified(await project(''), [], { context: await moving() });
    expect(built).toMatchObject({ status: 1, which: null, stderr: expect.stringMatching(/digest mismatch/) });
    // the control: what was checked first and is then built by plain Docker
    const [folder, url] = [await project(''), await moving()];
    expect(await check(folder, url)).toMatchObject({ status: 0 });
    expect(await unguarded(folder, [], { context: url })).toMatchObject({ status: 0, which: 'evil' });
  });

  it('is built, twice too, and recorded by what was read', async () => {
    const fine = await make(good);
    const url = await serve(() => ({ body: fine }));
    const folder = await project('');
    expect(await reported(folder, [], { context: url })).toMatchObject({ status: 0, which: 'good' });
    const again = await reported(folder, [], { context: url });
    expect(again).toMatchObject({ status: 0, which: 'good', report: { unknown: [], build: { unverified: [] } } });
  });
});

describe('what is left to the builder', () => {
  it.each([
    ['is not there', () => ({ status: 404 }), /answers 404/],
    ['redirects without end', () => ({ status: 302, headers: { location: '/context' } }), /redirects more than/],
    ['leads to another scheme', () => ({ status: 302, headers: { location: 'file:///etc/passwd' } }), /leads to file:/],
    [
      'leads off this machine without encryption',
      () => ({ status: 302, headers: { location: 'http://192.0.2.1/x' } }),
      /without encryption/,
    ],
    ['leads nowhere', () => ({ status: 302 }), /redirects to nowhere/],
    ['is compressed on the way', () => ({ headers: { 'content-encoding': 'gzip' }, body: 'x' }), /compresses/],
    ['is cut off', () => ({ headers: { 'content-length': '100' }, body: 'FROM scratch\n' }), /cut off/],
  ] as const)('a URL that %s', async (_, answer, reason) => {
    const temporary = await temporaryFolder();
    const url = await serve((count) => (count > 20 ? { status: 500 } : answer()));
    const outcome = await runVerify(['check', '--format', 'json', '--timeout', '10s', url], {
      cwd: await project(''),
      env: { TMPDIR: temporary },
    });
    expect(outcome).toMatchObject({ status: 11, stderr: expect.stringMatching(reason) });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ unknown: [{ reason: 'remote-context' }] });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('a redirect is followed', async () => {
    const url = await serve((_, path) =>
      path === '/context' ? { status: 307, headers: { location: '/x' } } : { body: from(good) },
    );
    expect(await check(await project(''), url)).toMatchObject({ status: 0, report: { images: [{ name: good }] } });
  });

  it('a URL without --offline being asked, and nothing with it', async () => {
    let asked = 0;
    const url = await serve(() => {
      asked += 1;
      return { body: from(good) };
    });
    expect(await check(await project(''), '--offline', url)).toMatchObject({ status: 11 });
    expect(asked).toBe(0);
  });

  it('a plain URL of another machine is not asked, and no credentials are shown', async () => {
    const outcome = await check(await project(''), 'http://me:secret@192.0.2.1/context.tar');
    expect(outcome).toMatchObject({ status: 11, stderr: expect.stringMatching(/without encryption/) });
    expect(outcome.stderr + outcome.stdout).not.toContain('secret');
  });
});

describe("the user's own source policy", () => {
  it('that sends the builder elsewhere leaves the context to the builder', async () => {
    const [url, other] = [await serve(() => ({ body: from(good) })), await serve(() => ({ body: from(evil) }))];
    const folder = await project('', {
      files: {
        'own.json': JSON.stringify({
          rules: [{ action: 'CONVERT', selector: { identifier: url }, updates: { identifier: other } }],
        }),
      },
    });
    const env = { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: 'own.json' };
    expect(await reported(folder, [], { context: url, env })).toMatchObject({
      status: 10,
      which: null,
      report: { images: [{ name: evil, status: 'block' }] },
    });
  });
});
