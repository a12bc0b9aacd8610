import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { copyImage, lab, sign, startTestRegistry, type TestRegistry } from '../support/lab.ts';
import { engines, keys, project, pushGoodAndEvil, reported, unguarded, verified } from './project.ts';

let registry: TestRegistry;
let image = '';
let digests = { good: '', evil: '' };

beforeAll(async () => {
  registry = await startTestRegistry();
  image = `${registry.host}/shop/base:1`;
  const { good, evil } = await pushGoodAndEvil('swapping');
  digests = {
    good: await copyImage(lab(), good, image),
    evil: await copyImage(lab(), evil, `${registry.host}/shop/base:evil`),
  };
  await sign(lab(), image, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  return () => registry.close();
});
afterEach(() => registry.clearFaults());

/** The registry answers for the tag as if it had always named the other image: to whom, and after how many true answers, is the fault's. */
async function swap(fault: { readonly skip?: number; readonly client?: string }): Promise<void> {
  const answer = await fetch(`${registry.url}/v2/shop/base/manifests/evil`, {
    headers: {
      accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
    },
  });
  const headers = {
    'content-type': answer.headers.get('content-type') ?? '',
    'docker-content-digest': digests.evil,
  };
  const effect = { kind: 'answer', status: 200, headers, body: await answer.text() } as const;
  registry.addFault({ path: '/v2/shop/base/manifests/1$', effect, ...fault });
}

const dockerfile = (): string => `FROM ${image}\n`;

describe.each(engines)('a registry that answers otherwise the second time, on the %s store', (_, env) => {
  it('shows us the signed image and the builder another: the signed one is built on (CVE-2022-47633)', async () => {
    await swap({ client: '^(?!docker-verify)' });
    const folder = await project(dockerfile());
    expect(await unguarded(folder, ['--pull', '--no-cache'], { env })).toMatchObject({ status: 0, which: 'evil' });
    const built = await reported(folder, ['--pull', '--no-cache'], { env });
    expect(built).toMatchObject({ status: 0, which: 'good' });
    expect(built.report.images).toMatchObject([{ digest: digests.good, verified: true }]);
    expect(built.report.build?.unverified).toEqual([]);
  });

  it.each([0, 1, 2, 3])(
    'swaps the image after %i true answers: nothing but the signed one is ever built on (CVE-2023-47630)',
    async (skip) => {
      await swap({ skip });
      const built = await verified(await project(dockerfile()), ['--verify-refresh', '--no-cache'], { env });
      expect(['good', null]).toContain(built.which);
      expect(built.status).toBe(built.which === null ? 10 : 0);
      registry.clearFaults();
      await swap({});
      expect(await unguarded(await project(dockerfile()), ['--pull', '--no-cache'], { env })).toMatchObject({
        which: 'evil',
      });
    },
  );

  it('passes the other image off under the signed digest: it is not built', async () => {
    const other = await fetch(`${registry.url}/v2/shop/base/manifests/${digests.evil}`);
    const headers = { 'content-type': other.headers.get('content-type') ?? '', 'docker-content-digest': digests.good };
    const effect = { kind: 'answer', status: 200, headers, body: await other.text() } as const;
    registry.addFault({ path: `/v2/shop/base/manifests/(1|${digests.good})$`, method: 'GET', effect });
    const built = await reported(await project(dockerfile()), ['--verify-refresh', '--no-cache'], { env });
    expect(built).toMatchObject({
      status: 11,
      which: null,
      report: { images: [{ status: 'error', verified: false }] },
    });
  });
});
