import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isTrustRefreshDue, updateTrust } from '../../../../../src/gate/commands/machine/trust-commands.ts';
import { trustFolder } from '../../../../../src/gate/session/trust-folder.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

let folder: string;
beforeEach(async () => {
  folder = await folderOf({});
});

const mark = (): string => join(trustFolder(sessionIn(folder)), 'last-attempt');
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

describe('a refresh of the embedded roots', () => {
  it('is due where none was ever confirmed, and once a day at most, however many builds there are', async () => {
    expect(await isTrustRefreshDue(sessionIn(folder))).toBe(true);
    expect(await isTrustRefreshDue(sessionIn(folder))).toBe(false);
    await utimes(mark(), hoursAgo(23), hoursAgo(23));
    expect(await isTrustRefreshDue(sessionIn(folder))).toBe(false);
    await utimes(mark(), hoursAgo(25), hoursAgo(25));
    expect(await isTrustRefreshDue(sessionIn(folder))).toBe(true);
    // noted by a clock that went ahead, and was set right since
    await utimes(mark(), hoursAgo(-24 * 365), hoursAgo(-24 * 365));
    expect(await isTrustRefreshDue(sessionIn(folder))).toBe(true);
  });

  it('is not due without a network, and no attempt is noted then', async () => {
    expect(await isTrustRefreshDue(sessionIn(folder, { offline: true }))).toBe(false);
    await expect(stat(mark())).rejects.toThrow('ENOENT');
  });

  it('is not due where nothing could be kept', async () => {
    const place = trustFolder(sessionIn(folder));
    await mkdir(join(place, '..'), { recursive: true });
    await writeFile(place, 'no folder');
    expect(await isTrustRefreshDue(sessionIn(folder))).toBe(false);
  });

  it('asks for nothing without a network, and says so of each root', async () => {
    const said = await updateTrust(sessionIn(folder, { offline: true }));
    expect(said.length).toBeGreaterThan(0);
    for (const line of said) expect(line).toMatch(/: offline: nothing was asked for$/);
  });
});
