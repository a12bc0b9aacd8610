import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CanonicalName, parseCanonicalName, type ResolvedImage } from '../../../src/model/index.ts';
import {
  type Collected,
  type CollectOptions,
  collectAttachments,
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
  resolveImage,
} from '../../../src/oci/index.ts';
import { bareEnvironment, MemoryRegistry } from './memory-registry.ts';

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A registry on loopback that goes with the test. */
export async function startRegistry(): Promise<MemoryRegistry> {
  const registry = await new MemoryRegistry().start();
  onTestFinished(() => registry.stop());
  return registry;
}

/** A client that goes with the test, without a cache unless one is given. */
export function newClient(options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const client = createRegistryClient({ environment: bareEnvironment(), timeout: 10_000, ...options });
  onTestFinished(() => client.close());
  return client;
}

export function nameAt(registry: MemoryRegistry, rest: string): CanonicalName {
  return parseCanonicalName(`${registry.host}/${rest}`);
}

export function resolve(client: RegistryClient, name: CanonicalName, ...platforms: string[]): Promise<ResolvedImage> {
  return resolveImage(client, { name, platforms });
}

/** Resolves and collects, as a run does. */
export async function collect(
  client: RegistryClient,
  name: CanonicalName,
  options: CollectOptions = {},
  ...platforms: string[]
): Promise<Collected> {
  return collectAttachments(client, await resolve(client, name, ...platforms), options);
}
