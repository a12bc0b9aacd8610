import { beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/model/index.ts';
import { type DecideInput, decide } from '../../../../../src/policy/index.ts';
import { prepareCel } from '../../../../../src/policy/language/patterns/cel.ts';
import { byIdentity, byKey, githubIssuer, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';
import { collectedText, collectedYaml, hasCollectedPolicies } from '../../support/shared-data.ts';

type CollectProblem = DecideInput['collectProblems'][number];

const [acme, other] = [freshKey(), freshKey()];
const identity = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main';
const image = 'ghcr.io/acme/app:1';
const sbom = 'https://cyclonedx.org/bom';
const indented = (pem: string): string => pem.trim().replaceAll(/^/gm, '              ');

beforeAll(prepareCel);

const logged = { log: { index: 1, id: 'log' } };

interface Said {
  readonly validations: readonly string[];
  readonly more?: string;
  readonly references?: string;
}

/** A policy of Kyverno's with a key, a keyless signer, one that cannot be had, and two attestations. */
const policyOf = ({ validations, more = '', references = '- glob: ghcr.io/*' }: Said): string => `
apiVersion: policies.kyverno.io/v1
kind: ImageValidatingPolicy
metadata: {name: acme}
spec:
  validationActions: [Deny]
  matchConditions: [{name: x, expression: "object.metadata.labels.prod == 'true'"}]
  matchImageReferences:
    ${references}
  attestors:
    - name: key
      cosign:
        ctlog: {insecureIgnoreTlog: true}
        key:
          data: |
${indented(acme)}
    - name: keyless
      cosign: {keyless: {identities: [{issuer: "${githubIssuer}", subject: "${identity}"}]}}
    - name: store
      cosign: {key: {kms: "awskms:///x"}}
  attestations:
    - {name: sbom, intoto: {type: "${sbom}"}}
    - {name: attached, referrer: {type: sbom/cyclone-dx}}
${more}
  validations:
${validations.map((each) => `    - {expression: ${JSON.stringify(each)}, message: it is not so}`).join('\n')}
`;

async function verdict(said: Said, evidence: readonly Evidence[] = [], name = image, problems: CollectProblem[] = []) {
  const project = 'version: 1\nclusterImagePolicies: ["kyverno.yaml"]\ndefault: allow\n';
  const policies = await policiesOf({ project, files: { 'kyverno.yaml': policyOf(said) } });
  return decide({ ...inputOf(name, evidence), collectProblems: problems }, policies);
}

const signed = 'images.containers.map(image, verifyImageSignatures(image, [attestors.key])).all(e, e > 0)';
const attested =
  'images.containers.map(image, verifyAttestationSignatures(image, attestations.sbom, [attestors.key])).all(e, e > 0)';
const isCyclone =
  "images.containers.map(image, extractPayload(image, attestations.sbom).predicate.bomFormat == 'CycloneDX').all(e, e)";
const statement = (bomFormat: string): Evidence =>
  byKey(acme, {
    form: 'attestation',
    predicateType: sbom,
    statement: { predicateType: sbom, predicate: { bomFormat } },
  });

describe("Kyverno's ImageValidatingPolicy", () => {
  it('lets in what its attestors have signed, by key and keyless, and blocks the rest', async () => {
    expect(await verdict({ validations: [signed] }, [byKey(acme)])).toMatchObject({
      status: 'allow',
      basis: 'signature',
      verified: true,
    });
    expect(await verdict({ validations: [signed] }, [byKey(other)])).toMatchObject({ status: 'block' });
    const blocked = await verdict({ validations: [signed] });
    expect(blocked).toMatchObject({ status: 'block', verified: false });
    expect(blocked.findings[0]).toMatchObject({ code: 'signature.missing', expected: 'it is not so' });
    const keyless = signed.replace('attestors.key', 'attestors.keyless');
    expect(await verdict({ validations: [keyless] }, [byIdentity(identity, logged)])).toMatchObject({
      status: 'allow',
    });
    expect(await verdict({ validations: [keyless] }, [byIdentity('other', logged)])).toMatchObject({ status: 'block' });
  });

  it('counts attestors, each once', async () => {
    const both = 'images.containers.all(image, verifyImageSignatures(image, [attestors.key, attestors.keyless]) == 2)';
    const twice = 'images.containers.all(image, verifyImageSignatures(image, [attestors.key, attestors.key]) == 2)';
    expect(await verdict({ validations: [both] }, [byKey(acme), byIdentity(identity, logged)])).toMatchObject({
      status: 'allow',
    });
    expect(await verdict({ validations: [both] }, [byKey(acme)])).toMatchObject({ status: 'block' });
    expect(await verdict({ validations: [twice] }, [byKey(acme)])).toMatchObject({ status: 'block' });
  });

  it('never takes an attestation for a signature, nor the other way round', async () => {
    expect(await verdict({ validations: [signed] }, [statement('CycloneDX')])).toMatchObject({ status: 'block' });
    expect(await verdict({ validations: [attested] }, [byKey(acme)])).toMatchObject({ status: 'block' });
  });

  it('reads the payload that was verified, and no other', async () => {
    const validations = [attested, isCyclone];
    expect(await verdict({ validations }, [statement('CycloneDX')])).toMatchObject({
      status: 'allow',
      basis: 'attestation',
    });
    expect(await verdict({ validations }, [statement('SPDX')])).toMatchObject({ status: 'block' });
    expect(await verdict({ validations: [isCyclone] }, [statement('CycloneDX')])).toMatchObject({ status: 'block' });
    const forged = { ...statement('CycloneDX'), ...byKey(other), form: 'attestation', predicateType: sbom } as const;
    expect(await verdict({ validations }, [forged])).toMatchObject({ status: 'block' });
    // which of two would be taken is not known
    expect(await verdict({ validations }, [statement('CycloneDX'), statement('SPDX')])).toMatchObject({
      status: 'error',
    });
  });

  it('fails where a payload is not there, whatever the expression makes of that', async () => {
    const lenient = '!has(extractPayload(images.containers[0], attestations.sbom).predicate.bad)';
    expect(await verdict({ validations: [lenient] })).toMatchObject({ status: 'block' });
    expect(await verdict({ validations: [attested, lenient] }, [statement('CycloneDX')])).toMatchObject({
      status: 'allow',
    });
  });

  it.each([
    ['!has(object.metadata.labels.bad)', 'it reads object'],
    ['true || object.x', 'it reads object'],
    ['namespaceObject == null', 'it reads namespaceObject'],
    ['getImageData(images.containers[0]).config.user != "root"', 'unbound function'],
    ['resource.get("v1", "configmaps", "x", "y").data.ok', 'it reads resource'],
    [signed.replace('attestors.key', 'attestors.store'), 'spec.attestors[2].cosign.key'],
    [
      'images.containers.all(i, verifyAttestationSignatures(i, attestations.attached, [attestors.key]) > 0)',
      'by referrer',
    ],
    ['images.containers.all(i, verifyImageSignatures("ghcr.io/acme/other", [attestors.key]) > 0)', 'another image'],
    ['images.containers.all(i, verifyImageSignatures(i, [attestors.store]) == 0)', 'spec.attestors[2].cosign.key'],
    ['images.containers.all(i, verifyImageSignatures(i, ["nobody"]) == 0 || true)', 'not one of spec.attestors'],
    ['this is no expression', 'found'],
  ])('never passes what it cannot evaluate, and says so by field: %s', async (expression, reason) => {
    const decision = await verdict({ validations: [signed, expression] }, [byKey(acme)]);
    expect(decision).toMatchObject({ status: 'error', verified: false });
    expect(decision.findings[0]).toMatchObject({ code: 'policy.unsupported' });
    expect(decision.findings[0]?.found).toContain('spec.validations[1]');
    expect(decision.findings[0]?.found).toContain(reason);
  });

  it('is about the images that it names, by glob and expression; what cannot be read is about all', async () => {
    const validations = ['false'];
    const about = async (references: string, name: string) =>
      (await verdict({ validations, references }, [], name)).status !== 'allow';
    expect(await about('- glob: ghcr.io/*', 'ghcr.io/a/b/c:1')).toBe(true);
    expect(await about('- glob: ghcr.io/*', 'quay.io/a/b:1')).toBe(false);
    expect(await about('- glob: "docker.io/*"', 'docker.io/library/alpine:3')).toBe(true);
    expect(await about('- glob: "alpine*"', 'docker.io/library/alpine:3')).toBe(true);
    expect(await about('- glob: "ghcr.io/a?c:*"', 'ghcr.io/abc:1')).toBe(true);
    expect(await about('- glob: "ghcr.io/a?c:*"', 'ghcr.io/ac:1')).toBe(false);
    expect(await about('- glob: "ghcr.io/{a,b}/*"', 'quay.io/x:1')).toBe(true);
    expect(await about('- expression: "ref.startsWith(\'ghcr.io/\')"', 'ghcr.io/x:1')).toBe(true);
    expect(await about('- expression: "ref.startsWith(\'ghcr.io/\')"', 'quay.io/x:1')).toBe(false);
    expect(await about('- expression: "image(ref).registry() == \'x\'"', 'quay.io/x:1')).toBe(true);
  });

  it('reads variables in order, and images of other names', async () => {
    const more =
      '  variables: [{name: n, expression: "2"}, {name: m, expression: "variables.n + 1"}]\n  images: [{name: mine, expression: "[object.x]"}]';
    const validations = ['variables.m == 3', signed.replace('images.containers', 'images.mine')];
    expect(await verdict({ validations, more }, [byKey(acme)])).toMatchObject({ status: 'allow' });
    const beyond = '  variables: [{name: m, expression: "object.x"}]';
    expect(await verdict({ validations: ['true'], more: beyond })).toMatchObject({ status: 'error' });
  });

  it('could not be verified where not all that is attached was seen, also by who demands that somebody has not signed', async () => {
    const problem: CollectProblem = {
      code: 'registry.failed',
      message: 'the registry answered 500',
      passing: true,
    } as never;
    expect(await verdict({ validations: [signed] }, [], image, [problem])).toMatchObject({ status: 'error' });
    const absent = 'images.containers.all(i, verifyImageSignatures(i, [attestors.key]) == 0)';
    expect(await verdict({ validations: [absent] }, [], image, [problem])).toMatchObject({ status: 'error' });
    expect(await verdict({ validations: [absent] })).toMatchObject({ status: 'allow', verified: false });
    expect(await verdict({ validations: [signed] }, [byKey(acme)], image, [problem])).toMatchObject({
      status: 'allow',
    });
  });

  it('does not take what verifies for nobody here as proof that somebody has not signed', async () => {
    const absent = 'images.containers.all(i, verifyImageSignatures(i, [attestors.key]) == 0)';
    const broken = { ...byKey(acme), verified: false, signer: null, problem: { code: 'malformed', message: 'odd' } };
    const pieces = [broken as Evidence];
    expect(await verdict({ validations: [absent] }, pieces)).toMatchObject({
      status: 'error',
      findings: [{ code: 'image.unverifiable' }],
    });
    const unknown = { ...broken, problem: { code: 'unknown-signer', message: 'nobody named' } };
    expect(await verdict({ validations: [absent] }, [unknown as Evidence])).toMatchObject({ status: 'allow' });
    expect(await verdict({ validations: [absent] }, [byKey(other)])).toMatchObject({ status: 'allow' });
    expect(await verdict({ validations: [absent] }, [byKey(acme)])).toMatchObject({ status: 'block' });
    expect(await verdict({ validations: ['true', signed] }, [byKey(acme), ...pieces])).toMatchObject({
      status: 'allow',
    });
    expect(await verdict({ validations: [signed] }, pieces)).toMatchObject({ status: 'block' });
    const either = 'images.containers.all(i, verifyImageSignatures(i, [attestors.key, attestors.keyless]) >= 1)';
    expect(await verdict({ validations: [either] }, [byKey(acme), ...pieces])).toMatchObject({ status: 'allow' });
  });

  it('is refused where it is not as Kyverno has it', async () => {
    const load = async (text: string) =>
      await policiesOf({
        project: 'version: 1\nclusterImagePolicies: ["kyverno.yaml"]\n',
        files: { 'kyverno.yaml': text },
      });
    const text = policyOf({ validations: ['true'] });
    await expect(load(text.replace('attestors:', 'attesters:'))).rejects.toMatchObject({ code: 'policy.invalid' });
    await expect(load(text.replace('/v1\n', '/v7\n'))).rejects.toMatchObject({ code: 'policy.invalid' });
    await expect(load(text.replace('cosign: {key', 'cosine: {key'))).rejects.toMatchObject({ code: 'policy.invalid' });
  });
});

describe.skipIf(!hasCollectedPolicies)("Kyverno's own test policies (../shared/data/policies)", () => {
  it('are evaluated, or are said to be beyond us, and none lets an unsigned image in', async () => {
    const files = [...collectedYaml('kyverno-conformance'), ...collectedYaml('kyverno-policies')];
    const found = { evaluated: 0, beyond: 0, reasons: new Set<string>() };
    for (const text of files.map(collectedText)) {
      if (!/^kind: ImageValidatingPolicy$/m.test(text) || !/^ {2}validations:$/m.test(text)) continue;
      const policies = await policiesOf({
        project: 'version: 1\nclusterImagePolicies: ["kyverno.yaml"]\n',
        files: { 'kyverno.yaml': text },
      });
      for (const name of ['ghcr.io/kyverno/test-verify-image:unsigned', 'ghcr.io/kyverno/test-images/cosign:1']) {
        const decision = decide(inputOf(name), policies);
        const isMatched = decision.decisions.some(({ layer }) => layer === 'project');
        if (!isMatched) continue;
        expect(['block', 'error', 'warn']).toContain(decision.status);
        const beyond = decision.findings.find(({ code }) => code === 'policy.unsupported');
        found[beyond === undefined ? 'evaluated' : 'beyond'] += 1;
        if (beyond !== undefined) found.reasons.add(beyond.found ?? '');
        break;
      }
    }
    console.log(`collected ImageValidatingPolicies: ${found.evaluated} evaluated, ${found.beyond} beyond`, [
      ...found.reasons,
    ]);
    expect(found.evaluated).toBeGreaterThanOrEqual(3);
  });
});
