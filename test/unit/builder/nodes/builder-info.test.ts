import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/builder/engine/engine.ts';
import { builderInfo, identityOf } from '../../../../src/builder/nodes/builder-info.ts';
import { openFactCache } from '../../../../src/builder/nodes/fact-cache.ts';
import { writeProgram } from '../../../support/write-program.ts';
import { environmentWith } from '../test-environment.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'builder-info-'));
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** A buildx that says what the builder of a local engine is. */
async function fakeBuildx(): Promise<string> {
  const file = join(folder, 'docker-buildx');
  const nodes = 'Name: default\nEndpoint: default\nStatus: running\nPlatforms: linux/amd64';
  const lines = [
    'case "$*" in',
    '*version*) echo "github.com/docker/buildx v0.29.1 abc";;',
    `*) printf 'Name: default\nDriver: docker\n\nNodes:\n${nodes}\n';;`,
    'esac',
  ];
  writeProgram(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  return file;
}

/** Looks at the builder, and counts how often the engine says its version. */
async function looks(host: string) {
  const buildx = await fakeBuildx();
  const asked: string[] = [];
  let version = '28.5.2';
  const engine = {
    version: async () => {
      asked.push(version);
      return { version, apiVersion: '1.51', platform: 'linux/amd64' };
    },
  } as Partial<Engine> as Engine; // nothing else of it is asked here
  const look = async (): Promise<string | null> => {
    const info = await builderInfo({
      programs: { docker: null, buildx },
      environment: environmentWith({ variables: { PATH: process.env['PATH'] }, workingDirectory: folder }),
      choice: { name: 'default', variable: null },
      endpoint: { context: 'default', host, tls: null, local: true },
      engine,
      cache: openFactCache(join(folder, 'cache')),
      everyNode: false,
      onStart: () => undefined,
    });
    return info.engineVersion;
  };
  const becomes = (another: string): void => {
    version = another;
  };
  return { look, asked, becomes };
}

describe('the version of an engine', () => {
  it('is asked for once in minutes behind the same socket', async () => {
    const socket = join(folder, 'docker.sock');
    await writeFile(socket, '');
    const { look, asked } = await looks(`unix://${socket}`);
    expect([await look(), await look()]).toEqual(['28.5.2', '28.5.2']);
    expect(asked).toHaveLength(1);
  });

  it('is asked for again where another socket has come in its place', async () => {
    const socket = join(folder, 'docker.sock');
    await writeFile(socket, '');
    const { look, becomes } = await looks(`unix://${socket}`);
    expect(await look()).toBe('28.5.2');
    becomes('24.0.9');
    await rm(socket);
    await mkdir(join(folder, 'between'));
    await writeFile(socket, '');
    expect(await look()).toBe('24.0.9');
  });

  it('is asked for again after ten minutes', async () => {
    const socket = join(folder, 'docker.sock');
    await writeFile(socket, '');
    const { look, becomes } = await looks(`unix://${socket}`);
    expect(await look()).toBe('28.5.2');
    becomes('24.0.9');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    expect(await look()).toBe('24.0.9');
  });

  it('is asked for with every run over the network, where anything may answer', async () => {
    const { look, becomes } = await looks('tcp://127.0.0.1:2375');
    expect(await look()).toBe('28.5.2');
    becomes('24.0.9');
    expect(await look()).toBe('24.0.9');
  });
});

describe('a program', () => {
  it('is another one where one as long and as old has come in its place', async () => {
    const [program, other] = [join(folder, 'program'), join(folder, 'other')];
    await writeFile(program, 'one');
    await utimes(program, 1, 1);
    const before = await identityOf(program);
    expect(await identityOf(program)).toEqual(before);
    // a time that files are given has the resolution of the kernel's tick
    await delay(20);
    await writeFile(other, 'two');
    await utimes(other, 1, 1);
    await rename(other, program);
    expect(await identityOf(program)).not.toEqual(before);
  });
});
