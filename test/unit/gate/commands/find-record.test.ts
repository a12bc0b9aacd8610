import { describe, expect, it } from 'vitest';
import { findRecord, listRecords } from '../../../../src/gate/commands/records/records.ts';
import type { Session } from '../../../../src/gate/session/session.ts';
import type { BuildRecord } from '../../../../src/model/index.ts';
import { addPulledRecords, appendRecords } from '../../../../src/records/index.ts';
import { renderRecord, renderRecordList } from '../../../../src/report/index.ts';
import { newStateFolder, record } from '../../records/support.ts';

function sessionIn(folder: string): Session {
  const environment = { variables: { XDG_STATE_HOME: folder }, homeDirectory: '/nowhere', platform: 'linux' };
  return { environment } as unknown as Session; // the part that is asked
}

const pulled = { from: 'registry.example.com/app', signer: null, result: 'PASSED' } as const;

describe('a record that is asked for', () => {
  it("is one's own before any that another machine gave the same name", async () => {
    const folder = newStateFolder();
    const own = record('docker.io/library/app:1', []);
    const theirs: BuildRecord = { ...record('docker.io/library/app:1', []), pulled };
    const other: BuildRecord = { ...record('docker.io/library/other:1', []), pulled };
    await appendRecords(`${folder}/docker-verify`, [own]);
    await addPulledRecords(`${folder}/docker-verify`, [theirs, other]);
    const session = sessionIn(folder);
    expect(await findRecord(session, 'app:1')).toMatchObject({ id: own.id });
    expect(await findRecord(session, theirs.id)).toMatchObject({ id: theirs.id, pulled });
    expect(await findRecord(session, 'other:1')).toMatchObject({ pulled });
    expect((await listRecords(session)).records.map(({ id }) => id)).toEqual([own.id, theirs.id, other.id]);
  });

  it('shows the text of others without what a terminal would obey, and on lines of its own', () => {
    const nasty = '\u001b[2Jx\nverified: all';
    const theirs: BuildRecord = {
      ...record(nasty, []),
      target: nasty,
      breakGlass: nasty,
      pulled: { ...pulled, from: nasty },
    };
    for (const text of [renderRecordList([theirs]), renderRecord(theirs)]) {
      expect(text).not.toContain('\u001b');
      expect(text).not.toMatch(/^verified: all/m);
    }
  });
});
