import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide, withFetchedKeys } from '../../../../../src/policy/index.ts';
import { byKey, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const key = freshKey();
const bytes = new TextEncoder().encode(key);
const url = 'https://keys.example.com/acme.pub';
const sha256 = createHash('sha256').update(bytes).digest('hex');
const forms = [`{key: "${url}", sha256: ${sha256}}`, `{key: {url: "${url}", sha256: ${sha256}}}`];
const load = async (form: string) =>
  policiesOf({ project: `version: 1\nrules: [{images: ["**"], signedBy: [${form}]}]\n` });

describe('a key that is fetched', () => {
  it.each(forms)('counts once it is there: %s', async (form) => {
    const policies = await load(form);
    expect(policies.fetches).toEqual([{ url, sha256, name: 'acme' }]);
    const complete = withFetchedKeys(policies, new Map([[url, bytes]]));
    expect(complete.fetches).toEqual([]);
    expect(complete.material.keys.map(({ name }) => name)).toContain('acme');
    expect(decide(inputOf('a', [byKey(key)]), complete).status).toBe('allow');
    expect(decide(inputOf('a', [byKey(freshKey())]), complete).status).toBe('block');
  });

  it('is named by its path, whatever is asked of it', async () => {
    const asked = `${url}?ref=a/b`;
    expect((await load(`{key: "${asked}", sha256: ${sha256}}`)).fetches).toEqual([
      { url: asked, sha256, name: 'acme' },
    ]);
  });

  it('leaves what only it could prove unverifiable while it is not', async () => {
    const policies = withFetchedKeys(await load(forms[0] ?? ''), new Map());
    expect(decide(inputOf('a', [byKey(key)]), policies)).toMatchObject({
      status: 'error',
      findings: [{ code: 'image.unverifiable' }],
    });
  });

  it('is refused where its bytes are others', async () => {
    const policies = await load(forms[0] ?? '');
    expect(() => withFetchedKeys(policies, new Map([[url, new TextEncoder().encode(freshKey())]]))).toThrow(
      /has the SHA-256/,
    );
  });
});
