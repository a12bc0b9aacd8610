import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EvaluatedBake, refuseMisread, type Variables } from '../../../../../src/gate/run/plan/read-back.ts';
import type { Session } from '../../../../../src/gate/session/session.ts';
import { evaluatedDefinition } from '../../../../../src/invocation/index.ts';
import { type ToldAnswer, toldBuildx } from '../../../../support/told-buildx.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

const printed = { group: { default: { targets: ['app'] } }, target: { app: { context: '.' } } };
const bake: EvaluatedBake = { definition: evaluatedDefinition(printed, null), text: JSON.stringify(printed), args: [] };
const variables: Variables = { PATH: '/usr/bin:/bin', TOKEN: 'hunter2' };

interface Given {
  readonly evaluated?: EvaluatedBake;
  readonly seen?: Variables;
  readonly session?: Partial<Session>;
}

/** A folder with a buildx that gives these answers, as machine code (a shell, which reads the script in the current folder) or as a script. */
async function buildxThat(kind: 'compiled' | 'script', answers: readonly ToldAnswer[] = [{ out: printed }]) {
  const folder = await folderOf({ Dockerfile: 'FROM scratch\n' });
  const programs = await toldBuildx(folder, answers);
  if (kind === 'compiled') {
    renameSync(programs.buildx, join(folder, 'buildx'));
    // by another process: what this one writes another child may have open when it is started
    execFileSync('/bin/cp', ['-L', '/bin/sh', programs.buildx]);
  }
  const plain = sessionIn(folder);
  const environment = { ...plain.environment, variables: { XDG_CACHE_HOME: join(folder, 'cache') } };
  const reads = async ({ evaluated = bake, seen = variables, session = {} }: Given = {}): Promise<void> =>
    await refuseMisread(evaluated, seen, { ...plain, environment, ...session }, programs);
  const asked = (): number => readdirSync(folder).filter((name) => name.startsWith('asked')).length;
  return { folder, programs, environment, reads, asked };
}

describe('that buildx reads an evaluated definition as it stands', () => {
  it('is seen once a day for the same text, arguments and variables, whatever is each run’s own', async () => {
    const { reads, asked } = await buildxThat('compiled');
    await reads();
    await reads({ seen: { ...variables, DOCKER_CLI_PLUGIN_SOCKET: '@docker_cli_1', _: '/usr/bin/docker' } });
    await reads({ seen: { TOKEN: 'hunter2', PATH: '/usr/bin:/bin' } });
    expect(asked()).toBe(1);
  });

  it('is seen again for another text, another argument, another variable and another flag of Docker’s', async () => {
    const { environment, reads, asked } = await buildxThat('compiled');
    const flagged = { environment: { ...environment, dockerFlags: ['--debug'] } };
    await reads();
    await reads({ evaluated: { ...bake, text: `${bake.text}\n` } });
    await reads({ evaluated: { ...bake, args: ['--allow=fs=/'] } });
    await reads({ seen: { ...variables, TOKEN: 'hunter3' } });
    await reads({ seen: { ...variables, MORE: '' } });
    expect(asked()).toBe(5);
    // the shell does not know it
    await expect(reads({ session: flagged })).rejects.toMatchObject({ code: 'bake.invalid' });
  });

  it('is seen again in another folder', async () => {
    const { folder, environment, reads } = await buildxThat('compiled');
    await reads();
    const elsewhere = { ...environment, workingDirectory: join(folder, 'other') };
    await mkdir(elsewhere.workingDirectory);
    // the shell finds no script there
    await expect(reads({ session: { environment: elsewhere } })).rejects.toMatchObject({ code: 'bake.invalid' });
  });

  it('is seen again where another buildx stands at its place', async () => {
    const { programs, reads, asked } = await buildxThat('compiled');
    await reads();
    await utimes(programs.buildx, 1, 1);
    await reads();
    expect(asked()).toBe(2);
  });

  it('is seen each time where buildx is a script, which may read it otherwise tomorrow', async () => {
    const { reads, asked } = await buildxThat('script', [{ out: printed }, { out: printed }, { out: { target: {} } }]);
    await reads();
    await reads();
    expect(asked()).toBe(2);
    await expect(reads()).rejects.toMatchObject({ code: 'bake.invalid' });
  });

  it('is not taken as seen where it was refused, and is kept without what may be a secret', async () => {
    const { folder, reads, asked } = await buildxThat('compiled', [{ out: { target: {} } }, { out: printed }]);
    await expect(reads()).rejects.toMatchObject({ code: 'bake.invalid' });
    await reads();
    expect(asked()).toBe(2);
    const kept = join(folder, 'cache', 'docker-verify', 'builders');
    const texts = readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8'));
    expect(texts).toEqual([expect.stringContaining('reads back')]);
    expect(texts.join('\n')).not.toContain('hunter2');
  });
});
