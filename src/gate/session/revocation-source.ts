import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isChangedWithin, readBoundedFile, VerifyError } from '../../model/index.ts';
import type { PolicySet } from '../../policy/index.ts';
import type { RevocationRequest, RevocationSource } from '../../signature/index.ts';
import { keepFile } from './keep-file.ts';
import { cacheFolder, openPlainWebClient, type Session } from './session.ts';

/** How long an answer that still holds is believed before it is asked for again, milliseconds. */
const believed = 60 * 60_000;

/** What was answered to this request before. It is signed and says until when it holds, which its reader checks each time. */
async function kept(path: string, limit: number, isAnyAge: boolean): Promise<Uint8Array | null> {
  try {
    return isAnyAge || isChangedWithin(await stat(path), believed) ? await readBoundedFile(path, limit) : null;
  } catch {
    return null;
  }
}

function nameOf({ url, body }: RevocationRequest): string {
  return createHash('sha256')
    .update(`${url}\n`)
    .update(body?.bytes ?? '')
    .digest('hex');
}

async function fetchAnswer(session: Session, request: RevocationRequest): Promise<Uint8Array> {
  const { offline, refresh } = session.own;
  const path = join(cacheFolder(session), 'revocation', nameOf(request));
  const earlier = refresh ? null : await kept(path, request.limit, offline);
  if (earlier !== null) return earlier;
  const address = request.url.slice(0, 200);
  if (offline) throw new VerifyError('registry.offline', `${address} was not asked: the network is not to be used`);
  const client = openPlainWebClient(session);
  try {
    const { status, body } = await client.request(request);
    if (status !== 200) throw new Error(`${address} answered ${status}`);
    await keepFile(path, body);
    return body;
  } finally {
    client.close();
  }
}

/**
 * Where certificates are looked up that the policies want not to be revoked; null where none does. Each address is asked once in a run.
 */
export function revocationSource(session: Session, policies: PolicySet): RevocationSource | null {
  if (policies.revocable.length === 0) return null;
  const asked = new Map<string, Promise<Uint8Array>>();
  return {
    authorities: new Set(policies.revocable),
    fetch(request) {
      const name = nameOf(request);
      const earlier = asked.get(name);
      if (earlier !== undefined) return earlier;
      const begun = fetchAnswer(session, request);
      asked.set(name, begun);
      return begun;
    },
  };
}
