import { readdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { TrustedRootSource } from '../../../src/model/index.ts';
import { createWebClient, type WebClientOptions } from '../../../src/oci/index.ts';
import {
  builtinTrustedRoots,
  embeddedTrustedRoots,
  publicGoodInstance,
  type RefreshOutcome,
  type RefreshRequest,
  refreshTrustedRoot,
} from '../../../src/trust/index.ts';
import { temporaryFolder } from '../oci/harness.ts';
import { bareEnvironment } from '../oci/memory-registry.ts';
import { TufRepository } from './tuf-repository.ts';

export const now = new Date('2026-11-22T00:00:00Z');

export function embedded(): TrustedRootSource {
  const [root] = embeddedTrustedRoots();
  if (root === undefined) throw new Error('no root is embedded');
  return root;
}

/** The embedded root's JSON, distinguished from others by the spaces behind it. */
export function edition(number: number): string {
  return `${embedded().json}${' '.repeat(number)}`;
}

/** Serves a handler on loopback until the test ends; its address. */
export async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A TUF repository on loopback that hands out the first edition, and an empty cache. */
export class RefreshBed {
  readonly repository = new TufRepository(edition(1));
  /** Where every client starts. */
  readonly firstRoot = this.repository.root(1);
  readonly directory: string;
  readonly mirror: string;

  private constructor(directory: string, mirror: string) {
    this.directory = directory;
    this.mirror = mirror;
  }

  static async start(): Promise<RefreshBed> {
    let bed: RefreshBed | null = null;
    const mirror = await serve((request, response) => bed?.repository.answer(request, response));
    bed = new RefreshBed(join(await temporaryFolder(), 'cache'), mirror);
    return bed;
  }

  /** A refresh over the client that every run uses. */
  refresh(changes: Partial<RefreshRequest> = {}, options: Partial<WebClientOptions> = {}): Promise<RefreshOutcome> {
    const environment = bareEnvironment();
    const { signal } = new AbortController();
    const client = createWebClient({ environment, signal, timeout: 5_000, version: '0', ...options });
    onTestFinished(() => client.close());
    return refreshTrustedRoot({
      instance: { ...publicGoodInstance, mirror: this.mirror },
      directory: this.directory,
      offline: false,
      now,
      maxAgeDays: 7,
      fetchFile: (url, limit) => client.request({ url, limit, follow: true }),
      tufRoot: this.firstRoot,
      ...changes,
    });
  }

  /** What a run after it would use. */
  async inUse(): Promise<string | undefined> {
    const roots = await builtinTrustedRoots(this.directory, { [publicGoodInstance.name]: this.firstRoot });
    return roots.find(({ source }) => source === publicGoodInstance.source)?.json;
  }
}

/** Expects that a refresh was refused for this reason, and that nothing half-made is left. */
export function expectRefused(bed: RefreshBed, outcome: RefreshOutcome, reason: RegExp): void {
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { code: 'trust.unavailable', message: expect.stringMatching(reason), hint: expect.any(String) },
  });
  expect(readdirSync(bed.directory).filter((name) => /\.[\w-]{36}$/.test(name))).toEqual([]);
}
