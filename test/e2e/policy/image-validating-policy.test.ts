import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { attest, copyImage, lab, type Outcome, projectFolder, runVerify, sign } from '../support/lab.ts';

const { registry, keys } = lab();

const indented = (pem: string): string => pem.trim().replaceAll(/^/gm, '              ');

async function policyOf(validation: string): Promise<string> {
  return `
apiVersion: policies.kyverno.io/v1
kind: ImageValidatingPolicy
metadata: {name: acme}
spec:
  validationActions: [Deny]
  matchImageReferences: [{glob: "${registry}/*"}]
  attestors:
    - name: acme
      cosign:
        ctlog: {insecureIgnoreTlog: true}
        key:
          data: |
${indented(await readFile(keys.acme.publicKey, 'utf8'))}
  attestations:
    - {name: sbom, intoto: {type: "https://cyclonedx.org/bom"}}
  validations:
    - {expression: ${JSON.stringify(validation)}}
`;
}

async function check(image: string, validation: string): Promise<Outcome> {
  const folder = await projectFolder({
    Dockerfile: `FROM ${image}\n`,
    'docker-verify.yaml': 'version: 1\nclusterImagePolicies: ["kyverno/*.yaml"]\n',
    'kyverno/acme.yaml': await policyOf(validation),
  });
  return await runVerify(['check', '.'], { cwd: folder });
}

const signed = 'images.containers.all(image, verifyImageSignatures(image, [attestors.acme]) > 0)';
const listed =
  "images.containers.all(image, verifyAttestationSignatures(image, attestations.sbom, [attestors.acme]) > 0 && extractPayload(image, attestations.sbom).predicate.bomFormat == 'CycloneDX')";

it("Kyverno's ImageValidatingPolicy guards a build as it is", async () => {
  expect(await check(`${registry}/signed/base:1`, signed)).toMatchObject({ status: 0 });
  expect(await check(`${registry}/unsigned/base:1`, signed)).toMatchObject({ status: 10 });
  expect(await check(`${registry}/wrong/base:1`, signed)).toMatchObject({ status: 10 });
  const beyond = await check(`${registry}/signed/base:1`, `${signed} && object.metadata.name == 'x'`);
  expect(beyond).toMatchObject({ status: 11 });
  expect(beyond.stdout).toContain('spec.validations[0]');
});

it.each([
  ['what is attested and listed', keys.acme.privateKey, 'CycloneDX', 0],
  ['another format', keys.acme.privateKey, 'SPDX', 10],
  ['what somebody else attested', keys.mallory.privateKey, 'CycloneDX', 10],
])('and reads payloads: %s ends as it must', async (_title, key, bomFormat, status) => {
  const image = `${registry}/fleet/ivp-${process.pid}-${Date.now()}:1`;
  await copyImage(lab(), `${registry}/signed/base:1`, image);
  await sign(lab(), image, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  await attest(lab(), image, { type: 'cyclonedx', content: { bomFormat } }, { signer: { key }, cosign: 2 });
  expect(await check(image, listed)).toMatchObject({ status });
});
