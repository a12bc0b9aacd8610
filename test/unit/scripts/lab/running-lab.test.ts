import { expect, it } from 'vitest';
import { mustRun } from '../../../../scripts/lab/running-lab.ts';

const lab = { environment: { PATH: '/usr/bin:/bin' } };
const shell = (script: string): Promise<string> => mustRun(lab, '/bin/sh', ['-c', script]);

it('says in the first line of an error what the program said last, and below it what was run', async () => {
  const failing = shell('echo made; echo step 1 >&2; echo "error: denied" >&2; exit 3');
  await expect(failing).rejects.toThrow(/^sh ended with 3: error: denied\n {2}\/bin\/sh -c .*\n {2}made\n {2}step 1\n/);
});

it('answers standard output alone where all went well', async () => {
  expect(await shell('echo answer; echo note >&2')).toBe('answer');
});
