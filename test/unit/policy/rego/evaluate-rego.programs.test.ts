import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { regoKey } from '../../../../src/policy/language/compiled/rego.ts';
import { evaluateRego } from '../../../../src/policy/rego/evaluate-rego.ts';
import { newFolder } from '../../../support/new-folder.ts';
import { writeStandInOpa } from '../../../support/stand-in-opa.ts';
import { writeProgram } from '../../../support/write-program.ts';

let folder = '';
beforeAll(async () => {
  folder = newFolder('opa');
});

const environment = {
  variables: { SECRET: 'of ours', PATH: process.env['PATH'] },
  platform: process.platform,
} as unknown as Parameters<typeof evaluateRego>[0]['environment']; // the rest of an environment is not looked at

async function outcomeOf(
  module: string,
  statement: unknown,
  opa: string | null,
  signal = new AbortController().signal,
) {
  const key = regoKey(module, statement);
  const outcomes = await evaluateRego({ opa, environment, signal }, [{ key, module, statement }]);
  return outcomes[key];
}

async function standIn(version?: string): Promise<string> {
  const place = await mkdtemp(join(folder, 'bin-'));
  return await writeStandInOpa(place, version);
}

async function script(text: string): Promise<string> {
  const file = join(await mkdtemp(join(folder, 'bin-')), 'opa');
  writeProgram(file, `#!/bin/sh\n${text}\n`);
  return file;
}

describe('evaluating Rego', () => {
  it('gives opa the module and the statement', async () => {
    const opa = await standIn();
    expect(await outcomeOf('package sigstore\ninput.predicate.score > 3', { predicate: { score: 4 } }, opa)).toEqual({
      kind: 'compliant',
    });
    expect(await outcomeOf('package sigstore\ninput.predicate.score > 3', { predicate: { score: 3 } }, opa)).toEqual({
      kind: 'refused',
      message: null,
    });
  });

  it('asks for the Rego of before 1.0, as the admission controller reads it, of every version', async () => {
    expect(await outcomeOf('true', {}, await standIn('0.70.0'))).toEqual({ kind: 'compliant' });
    expect(await outcomeOf('true', {}, await standIn('1.12.0'))).toEqual({ kind: 'compliant' });
  });

  it('keeps our environment from it', async () => {
    expect(await outcomeOf('environment.SECRET === undefined', {}, await standIn())).toEqual({ kind: 'compliant' });
    expect(await outcomeOf('environment.SECRET !== undefined', {}, await standIn())).toMatchObject({ kind: 'refused' });
  });

  it.each<[string, () => Promise<string | null>, string]>([
    ['there is none', async () => null, 'there is no opa on PATH'],
    ['it cannot be started', async () => join(folder, 'nothing-there'), 'cannot be run'],
    ['it fails without a word', () => script('exit 2'), 'no JSON'],
    ['it prints without end', () => script('[ "$1" = version ] || exec yes'), 'more than 1048576 bytes'],
    ['it is ended', () => script('kill -9 $$'), 'was ended'],
  ])('does not know where %s', async (_, opa, reason) => {
    expect(await outcomeOf('true', {}, await opa())).toEqual({
      kind: 'unknown',
      reason: expect.stringContaining(reason),
    });
  });

  it('does not know once the run is cancelled', async () => {
    const cancelled = AbortSignal.abort();
    expect(await outcomeOf('true', {}, await standIn(), cancelled)).toMatchObject({ kind: 'unknown' });
  });

  it('evaluates about fifty attestations at most', async () => {
    const questions = Array.from({ length: 51 }, (_, key) => ({ key: `${key}`, module: 'true', statement: key }));
    const signal = new AbortController().signal;
    const outcomes = await evaluateRego({ opa: await standIn(), environment, signal }, questions);
    expect(Object.values(outcomes).every(({ kind }) => kind === 'unknown')).toBe(true);
  });

  it('leaves nothing behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('docker-verify-rego-')).length;
    await mkdir(folder, { recursive: true });
    await outcomeOf('true', {}, await standIn());
    await outcomeOf('throw', {}, await standIn());
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('docker-verify-rego-')).length;
    expect(after).toBe(before);
  });
});
