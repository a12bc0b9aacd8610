import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Attachment, Digest, Evidence } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { embeddedTrustedRoots, parseTrustedRoots } from '../../../src/trust/index.ts';
import {
  attachment,
  certificateMaterial,
  digestOf,
  formOf,
  hasSharedData,
  keyMaterial,
  material,
  readText,
  signatures,
} from './shared-data.ts';

interface PolicyLayerName {
  readonly mediaType: string;
  readonly digest: string;
  readonly annotations?: Record<string, string>;
}
interface Manifest {
  readonly layers: readonly PolicyLayerName[];
}

// Tests of real files: what they hold is checked by the verdicts themselves.
const parse = <T>(text: string): T => JSON.parse(text) as T;
const publicGood = material({ trustedRoots: embeddedTrustedRoots().slice(0, 1) });
const github = 'https://token.actions.githubusercontent.com';

function bundle(path: string, subject: string): Attachment {
  return attachment('sigstore-bundle', subject as Digest, readText(path));
}

describe.skipIf(!hasSharedData)('bundles that publishers made', () => {
  test.each([
    [
      'sigstore-rs/kubewarden-controller-v1.34.0.sigstore.json',
      'sha256:c811d58de79c92f03214e63aa339484e488d694ae8a6283b5f3f17a9faf50172',
      {
        form: 'cosign-bundle',
        signer: {
          kind: 'keyless',
          issuer: github,
          identity:
            'https://github.com/kubewarden/kubewarden-controller/.github/workflows/release.yml@refs/tags/v1.34.0',
        },
        claims: { sourceRepository: 'https://github.com/kubewarden/kubewarden-controller', ref: 'refs/tags/v1.34.0' },
        timeSource: 'log',
      },
    ],
    [
      'cosign/oci-attestation.sigstore.json',
      'sha256:732112270d7e59418a8c080b134b24cabd67d250d0d0147a97ed95ba5c280aa4',
      { form: 'attestation', predicateType: 'https://cosign.sigstore.dev/attestation/v1' },
    ],
    [
      'trivy/demo-sbom.sigstore.json',
      'sha256:ea9c657ca44371fadd027510f2a1a68b799003294bf6a4827827971cc4390ad4',
      { form: 'attestation', predicateType: 'https://cyclonedx.org/bom', repository: 'ghcr.io/ringodev/demo-sbom' },
    ],
    [
      'cli/reusable-workflow-attestation.sigstore.json',
      'sha256:49a3aa6075e0f49f82843e74b5baa614ad2a588e6675612bf108a0a008c5ac25',
      {
        form: 'attestation',
        predicateType: 'https://slsa.dev/provenance/v1',
        signer: { kind: 'keyless', issuer: github },
      },
    ],
  ])('%s verifies with the embedded root', async (path, subject, expected) => {
    const evidence = await verifyAttachments([bundle(path, subject)], publicGood);
    expect(evidence).toMatchObject([{ ...expected, verified: true, problem: null, subject }]);
    expect(evidence[0]?.trustedRoot).toBe(embeddedTrustedRoots()[0]?.id);
  });

  test("GitHub's attestations of private repositories verify with GitHub's root, which has neither log nor SCT", async () => {
    const subject = 'sha256:138280fd3302b9706596621761945a1ae958f93a15e4372ddae4fc00a93b09a2';
    const path = 'sigstore-java/github-private-no-tlog.attestation.sigstore.json';
    const roots = await parseTrustedRoots(readText('sigstore-java/github-private-no-tlog.trusted_root.jsonl'), {
      layer: 'command-line',
      source: 'roots.jsonl',
      updated: null,
    });
    expect(roots).toHaveLength(2);
    const evidence = await verifyAttachments([bundle(path, subject)], material({ trustedRoots: roots }));
    expect(evidence).toMatchObject([{ verified: true, timeSource: 'timestamp', log: null, trustedRoot: roots[1]?.id }]);
    const embedded = await verifyAttachments(
      [bundle(path, subject)],
      material({ trustedRoots: embeddedTrustedRoots() }),
    );
    expect(embedded).toMatchObject([{ verified: true, trustedRoot: embeddedTrustedRoots()[1]?.id }]);
    const without = await verifyAttachments([bundle(path, subject)], publicGood);
    expect(without).toMatchObject([{ verified: false, problem: { code: 'unknown-signer' } }]);
    const older = readText('kyverno/github-trusted-root.json');
    const [stale] = await parseTrustedRoots(older, { layer: 'command-line', source: 'older', updated: null });
    const late = await verifyAttachments([bundle(path, subject)], material({ trustedRoots: stale ? [stale] : [] }));
    expect(late).toMatchObject([{ verified: false, problem: { code: 'unknown-signer' } }]);
  });
});

describe.skipIf(!hasSharedData)('attestations by the generators of slsa-github-generator', () => {
  test.each(['v1.4.0', 'v1.5.0', 'v1.6.0', 'v1.7.0', 'v1.8.0', 'v1.9.0', 'v1.10.0', 'v2.0.0', 'v2.1.0'])(
    '%s verifies with the embedded root',
    async (version) => {
      const base = new URL(`slsa-verifier/${version}/container_workflow_dispatch/`, signatures);
      const blob = (digest: string): URL => new URL(`blobs/sha256/${digest.replace('sha256:', '')}`, base);
      const index = parse<{ manifests: { digest: string; annotations: { kind: string } }[] }>(
        readFileSync(new URL('index.json', base), 'utf8'),
      );
      const find = (kind: RegExp): string =>
        index.manifests.find((found) => kind.test(found.annotations.kind))?.digest ?? '';
      const subject = find(/image/) as Digest;
      const manifest = parse<Manifest>(readFileSync(blob(find(/atts/)), 'utf8'));
      const attachments = manifest.layers
        .filter((layer) => existsSync(blob(layer.digest)))
        .map((layer) =>
          attachment('cosign-attestation', subject, readFileSync(blob(layer.digest)), layer.annotations ?? {}),
        );
      expect(attachments.length).toBeGreaterThan(0);
      const evidence = await verifyAttachments(attachments, publicGood);
      for (const item of evidence) {
        expect(item).toMatchObject({
          form: 'attestation',
          verified: true,
          subject,
          predicateType: 'https://slsa.dev/provenance/v0.2',
          timeSource: 'log',
          signer: { kind: 'keyless', issuer: github },
        });
      }
    },
  );
});

describe.skipIf(!hasSharedData)('signatures of connaisseur', () => {
  function attachmentsOf(hex: string): readonly Attachment[] {
    const manifest = parse<Manifest>(readText(`connaisseur/manifests/sha256-${hex}.sig.json`));
    return manifest.layers.map((layer) =>
      attachment(
        formOf(layer.mediaType) ?? 'notation',
        `sha256:${hex}` as Digest,
        readFileSync(new URL(`connaisseur/blobs/${layer.digest}.json`, signatures)),
        layer.annotations ?? {},
      ),
    );
  }

  test('the keyless one verifies with the embedded root', async () => {
    const hex = '31dc72a13a0c34b40eb95419d2b2fd67320c856baf3b72da518023ee8d370aee';
    expect(await verifyAttachments(attachmentsOf(hex), publicGood)).toMatchObject([
      { form: 'cosign-signature', verified: true, timeSource: 'log', repository: 'docker.io/phbelitz/rekor-test' },
    ]);
  });

  test.each([
    ['071bf7a986f1ca9cb2a1f0bc8392822a7777f90d58f2d2c6f271913e08de7c81', 1],
    ['bfec161fecb0a887df7cb85e4da327c65986ccda7060cf3cd92171c6c90d7533', 3],
  ])('each layer of a manifest by %s stands alone, by keys that were not named', async (hex, count) => {
    const evidence = await verifyAttachments(attachmentsOf(hex), publicGood);
    expect(evidence).toHaveLength(count);
    for (const item of evidence) expect(item.problem?.code).toBe('unknown-signer');
  });
});

describe.skipIf(!hasSharedData)('signatures of containers/image', () => {
  interface Stored {
    readonly mimeType: string;
    readonly payload: string;
    readonly annotations: Record<string, string>;
  }
  // a suite that is skipped is evaluated all the same
  const keys = hasSharedData
    ? ['cosign', 'cosign2'].map((name) => keyMaterial(readText(`containers-image/${name}.pub`), name))
    : [];
  const roots = embeddedTrustedRoots();

  /** Some of the files are links that became text on their way here. */
  function followed(path: URL): Buffer {
    const bytes = readFileSync(path);
    return bytes.subarray(0, 3).toString() === '../' ? followed(new URL(bytes.toString('utf8').trim(), path)) : bytes;
  }

  function stored(folder: string, number = 1): Attachment {
    const base = new URL(`containers-image/${folder}/`, signatures);
    const bytes = followed(new URL(`signature-${number}`, base));
    const found = parse<Stored>(bytes.subarray(bytes.indexOf('\n') + 1).toString('utf8'));
    const subject = digestOf(followed(new URL('manifest.json', base)));
    const form = formOf(found.mimeType) ?? 'notation';
    return attachment(form, subject, Buffer.from(found.payload, 'base64'), found.annotations);
  }

  async function verdict(
    folder: string,
    number = 1,
    certificates = material({}).certificates,
  ): Promise<Evidence | undefined> {
    const asked = material({ keys, certificates, trustedRoots: roots });
    const evidence = await verifyAttachments([stored(folder, number)], asked, {
      now: new Date('2026-01-01T00:00:00Z'),
    });
    return evidence[0];
  }

  test.each([
    ['dir-img-cosign-valid', 1, { signer: { kind: 'key', name: 'cosign' } }],
    ['dir-img-cosign-valid-with-tag', 1, { signer: { kind: 'key', name: 'cosign' } }],
    ['dir-img-cosign-valid-2', 1, { signer: { kind: 'key' } }],
    ['dir-img-cosign-valid-2', 2, { signer: { kind: 'key' } }],
    ['dir-img-cosign-fulcio-rekor-valid', 1, { signer: { kind: 'keyless' }, timeSource: 'log' }],
    ['dir-img-cosign-key-rekor-valid', 1, { signer: { kind: 'key' }, timeSource: 'log' }],
  ])('%s, signature %i, verifies', async (folder, number, expected) => {
    expect(await verdict(folder, number)).toMatchObject({ ...expected, verified: true, problem: null });
  });

  test.each([['dir-img-cosign-modified-manifest', 'wrong-subject']])('%s is refused: %s', async (folder, code) => {
    expect(await verdict(folder)).toMatchObject({ verified: false, problem: { code } });
  });

  test("a certificate of a company's own authority verifies with that authority alone", async () => {
    const authority = certificateMaterial(readText('containers-image/pki_root_crts.pem'), 'keyless');
    expect(await verdict('dir-img-cosign-pki-valid', 1, [authority])).toMatchObject({
      verified: true,
      // that authority can write any identity: none of its signatures is keyless
      signer: { kind: 'certificate', subject: 'CN=Team A Cosign Certificate,OU=Security,O=IT,L=Valencia,C=ES' },
      time: null,
      materials: [authority.id],
    });
    expect(await verdict('dir-img-cosign-pki-valid')).toMatchObject({
      verified: false,
      problem: { code: 'unknown-signer' },
      signer: { kind: 'keyless', identity: 'qiwan@redhat.com' },
    });
  });
});
