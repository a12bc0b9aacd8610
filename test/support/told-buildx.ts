import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Programs } from '../../src/builder/index.ts';

/** One answer of buildx. */
export interface ToldAnswer {
  readonly out?: object | string;
  readonly err?: string;
  readonly status?: number;
}

/** A buildx in a folder that gives these answers one after another, the last one for ever; what it was asked is in `asked0`, `asked1`, … */
export async function toldBuildx(
  folder: string,
  answers: readonly ToldAnswer[],
  listed: { readonly out: string; readonly status: number } = { out: '', status: 1 },
): Promise<Programs> {
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('listed', listed.out);
  await write('listed-status', String(listed.status));
  for (const [index, { out = '', err = '', status = 0 }] of answers.entries()) {
    await write(`out${index}`, typeof out === 'string' ? out : JSON.stringify(out));
    await write(`err${index}`, err);
    await write(`status${index}`, String(status));
  }
  const buildx = join(folder, 'docker-buildx');
  await symlink(resolve('test/support/told-buildx.sh'), buildx);
  return { docker: null, buildx };
}
