import { expect, it } from 'vitest';
import { acmePolicy, copyImage, lab, projectFolder, runVerify } from '../support/lab.ts';

const { registry } = lab();

it('remarks on a tag that can move and on latest, and neither changes the verdict', async () => {
  await copyImage(lab(), `${registry}/unsigned/base:1`, `${registry}/policy-remarks/base:latest`);
  for (const [image, code] of [
    [`${registry}/unsigned/base:1`, 'image.mutable-tag'],
    [`${registry}/policy-remarks/base`, 'image.latest'],
  ]) {
    const policy = acmePolicy({ default: 'allow', images: ['127.0.0.1:*/signed/**'] });
    const folder = await projectFolder({ Dockerfile: `FROM ${image}\n`, 'docker-verify.yaml': policy });
    const { status, stdout } = await runVerify(['check', '--format', 'json', '.'], { cwd: folder });
    const report = JSON.parse(stdout);
    expect([status, report.verdict]).toEqual([0, 'allow']);
    expect(report.images[0].findings).toMatchObject([{ code, level: 'note' }]);
  }
});

it('says nothing of the tag of an image that is proven', async () => {
  const folder = await projectFolder({
    Dockerfile: `FROM ${registry}/signed/base:1\n`,
    'docker-verify.yaml': acmePolicy(),
  });
  const { stdout } = await runVerify(['check', '--format', 'json', '.'], { cwd: folder });
  expect(JSON.parse(stdout).images[0].findings).toEqual([]);
});
