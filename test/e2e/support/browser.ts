import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { temporaryFolder } from './lab.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** The browser of this machine; null where it has none. */
export const browserProgram: string | null =
  (process.env['PATH'] ?? '')
    .split(':')
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path) && spawnSync(path, ['--version']).status === 0) ?? null;

/** What a browser answers (Chrome DevTools Protocol), as far as tests look at it. */
type Answer = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Answer;
  readonly result?: Answer;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

/** A page of a browser of its own, driven over a pipe. */
export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #events: Message[] = [];
  #session: string | undefined;
  #count = 0;

  private constructor(child: ChildProcess, profile: string) {
    this.#process = child;
    this.#profile = profile;
    let rest = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#take(JSON.parse(part) as Message);
    });
  }

  /** Starts a browser with nothing in it. It has no network: every name and address is refused. */
  static async start(program: string): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'browser-'));
    const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe'];
    const own = [`--user-data-dir=${profile}`, '--proxy-server=127.0.0.1:9', '--no-first-run'];
    const child = spawn(program, [...options, ...own, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const browser = new Browser(child, profile);
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = sessionId as string;
    for (const domain of ['Page', 'Log', 'Runtime', 'Network']) await browser.send(`${domain}.enable`);
    return browser;
  }

  #take(message: Message): void {
    if (message.id === undefined) this.#events.push(message);
    else this.#waiting.get(message.id)?.(message);
  }

  /** Sends a command and waits for its answer. */
  async send(method: string, params: Answer = {}): Promise<Answer> {
    this.#count += 1;
    const [id, sessionId] = [this.#count, this.#session];
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    const command = JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) });
    (this.#process.stdio[3] as Writable).write(`${command}\0`);
    const { result, error } = await answered;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** What the browser reported since the last time this was asked. */
  takeEvents(): readonly Message[] {
    return this.#events.splice(0);
  }

  /** What an expression of the page stands for, once it is settled. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value?: unknown }).value;
  }

  /** Shows a page, with the policy that it carries or, for tools of a test, without. */
  async open(url: string, { bypassesPolicy = false, scripts = true } = {}): Promise<void> {
    await this.send('Page.setBypassCSP', { enabled: bypassesPolicy });
    await this.send('Emulation.setScriptExecutionDisabled', { value: !scripts });
    const before = this.#events.length;
    await this.send('Page.navigate', { url });
    for (let loaded = false; !loaded; ) {
      loaded = this.#events.slice(before).some(({ method }) => method === 'Page.loadEventFired');
      if (!loaded) await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async resize(width: number, scheme: 'light' | 'dark'): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 900,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A browser for the tests of a file, closed behind them, and a place to open pages from; nothing where this machine has no browser. */
export function useBrowser(): {
  /** Throws where this machine has none. */
  readonly browser: () => Browser;
  /** Writes a page, and says its address. */
  readonly put: (html: string) => Promise<string>;
} {
  let folder = '';
  let browser: Browser | null = null;
  beforeAll(async () => {
    folder = await temporaryFolder();
    if (browserProgram !== null) browser = await Browser.start(browserProgram);
  });
  afterAll(async () => await browser?.close());
  return {
    browser: () => {
      if (browser === null) throw new Error('this machine has no browser');
      return browser;
    },
    put: async (html) => {
      const path = join(folder, 'page.html');
      await writeFile(path, html);
      return pathToFileURL(path).href;
    },
  };
}
