import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../src/cli/command-row.ts';
import { rowOf } from '../../../src/cli/command-table.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import { VerifyError } from '../../../src/model/index.ts';
import { newFolder } from '../../support/new-folder.ts';
import { writeProgram } from '../../support/write-program.ts';
import { bareEnvironment } from '../oci/memory-registry.ts';

const { execPath } = process;
afterEach(() => {
  process.execPath = execPath;
});

/** A machine whose executable writes down how it was called, with what of Docker's socket it sees. */
async function machine(): Promise<{ readonly context: CommandContext; readonly told: string }> {
  const folder = newFolder('refresh');
  const told = join(folder, 'told');
  const text = `#!/bin/sh\nprintf '%s' "$* in $HOME, socket:$DOCKER_CLI_PLUGIN_SOCKET" > '${told}.part'\nmv '${told}.part' '${told}'\n`;
  const executable = join(folder, 'docker-verify');
  writeProgram(executable, text);
  process.execPath = executable;
  const variables = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), DOCKER_CLI_PLUGIN_SOCKET: '@docker_cli_1' };
  const row = rowOf('inspect');
  if (row === null) throw new Error('inspect is no command');
  const never = new AbortController().signal;
  const interruptions = { listen: () => () => undefined, sharedTerminal: false, cancelled: never };
  const context = {
    environment: bareEnvironment({ variables }),
    debug: false,
    intercepted: false,
    watch: { cancelled: never, interruptions, stop: () => undefined },
    row,
    takers: () => [],
  };
  return { context, told };
}

/** Runs a command that meets a signature by identity, or none. */
async function run(context: CommandContext, words: readonly string[] = [], meetsIdentity = true): Promise<number> {
  return await runCommand(context, words, { label: null }, ({ session }) => {
    if (meetsIdentity) session.onKeyless();
    return Promise.resolve(10);
  });
}

async function textOf(file: string): Promise<string> {
  for (let waited = 0; !existsSync(file) && waited < 10_000; waited += 20) await pause(20);
  return await readFile(file, 'utf8');
}

describe('the trusted roots', () => {
  it("are refreshed behind a command that met a signature by identity, and Docker's end does not end that", async () => {
    const { context, told } = await machine();
    expect(await run(context)).toBe(10);
    expect(await textOf(told)).toBe(`trust update in ${context.environment.variables['HOME']}, socket:`);
  });

  it('are refreshed behind a command that failed too: an old root may be why', async () => {
    const { context, told } = await machine();
    const failure = new VerifyError('trust.unavailable', 'no root');
    const end = runCommand(context, [], { label: null }, ({ session }) => {
      session.onKeyless();
      return Promise.reject(failure);
    });
    await expect(end).rejects.toBe(failure);
    expect(await textOf(told)).toContain('trust update');
  });

  it('are refreshed once a day at most', async () => {
    const { context, told } = await machine();
    await run(context);
    await textOf(told);
    await rm(told);
    await run(context);
    await pause(200);
    expect(existsSync(told)).toBe(false);
  });

  it.each<[string, readonly string[], boolean]>([
    ['which met no identity', [], false],
    ['which may not use the network', ['--offline'], true],
  ])('are left alone behind a command %s', async (_, words, meetsIdentity) => {
    const { context, told } = await machine();
    await run(context, words, meetsIdentity);
    await pause(200);
    expect(existsSync(told)).toBe(false);
  });

  it.each([
    ['is gone', '/nowhere/docker-verify'],
    ['no system would start', '/nowhere/docker\0verify'],
  ])('that cannot be refreshed, as the executable %s, change nothing of how a command ends', async (_, executable) => {
    const { context } = await machine();
    process.execPath = executable;
    expect(await run(context)).toBe(10);
  });
});
