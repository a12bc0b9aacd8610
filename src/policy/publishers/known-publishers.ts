import type { PublishersDocument } from '../language/schema/publishers-schema.ts';
import { knownProjects } from './known-projects.ts';
import { dhi2Key, microsoftRoot2010, microsoftSupplyChainRoot, redHat3Key } from './publisher-keys.ts';

const github = 'https://token.actions.githubusercontent.com';
const google = 'https://accounts.google.com';

// Docker's builder: docker/buildx@461836ba0 policy/default.rego and policy/builtins.rego, which check the same claims.
const dockerBuilder = (
  sourceRepository: string,
): PublishersDocument['publishers'][string]['entries'][number]['signedBy'][number] => ({
  keyless: {
    issuer: github,
    identityRegexp: 'https://github\\.com/docker/github-builder/\\.github/workflows/[^/@]+@refs/.+',
  },
  claims: { sourceRepository, runner: 'github-hosted' },
});

const microsoft = (commonName: string): ReturnType<typeof dockerBuilder> => ({
  notation: {
    subject: `CN=${commonName},O=Microsoft Corporation,L=Redmond,ST=Washington,C=US`,
    ca: microsoftSupplyChainRoot,
    tsa: microsoftRoot2010,
    revocation: 'warn',
  },
});

/**
 * Publishers that are known to sign, in the format of `publishers` files. `confirmed` is what the publisher says itself
 * and what holds for every image in the range; only such an entry blocks. Everything else is `probable` and warns.
 */
export const knownPublishers: PublishersDocument = {
  version: 1,
  publishers: {
    chainguard: {
      title: 'Chainguard Images, public catalogue',
      confidence: 'confirmed',
      checked: '2026-11-21',
      sources: ['chainguard-dev/edu@08c15e651'],
      entries: [
        {
          images: ['cgr.dev/chainguard/**'],
          signedBy: [
            {
              keyless: {
                issuer: github,
                identity: 'https://github.com/chainguard-images/images/.github/workflows/release.yaml@refs/heads/main',
              },
            },
          ],
        },
      ],
    },
    distroless: {
      title: 'Google distroless',
      confidence: 'confirmed',
      checked: '2026-11-21',
      sources: ['GoogleContainerTools/distroless@cd080764 README.md'],
      entries: [
        {
          images: ['gcr.io/distroless/**'],
          signedBy: [{ keyless: { issuer: google, identity: 'keyless@distroless.iam.gserviceaccount.com' } }],
        },
      ],
    },
    docker: {
      title: "Docker's Dockerfile frontend, SBOM scanner and BuildKit",
      confidence: 'confirmed',
      checked: '2026-11-21',
      sources: ['docker/buildx@461836ba0 policy/default.rego'],
      entries: [
        {
          images: ['docker.io/docker/dockerfile', 'docker.io/docker/dockerfile-upstream'],
          signedBy: [dockerBuilder('moby/buildkit')],
          since: { version: '1.21' },
        },
        {
          images: ['docker.io/docker/buildkit-syft-scanner'],
          signedBy: [dockerBuilder('docker/buildkit-syft-scanner')],
          since: { version: '1.10' },
        },
        {
          images: ['docker.io/moby/buildkit'],
          signedBy: [dockerBuilder('moby/buildkit')],
          since: { version: '0.27' },
        },
      ],
    },
    'docker-hardened-images': {
      title: 'Docker Hardened Images',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['docker-hardened-images/keyring@d6b11e0 (dhi-2 is active, dhi-1 is not)'],
      entries: [
        {
          images: ['dhi.io/**'],
          signedBy: [{ key: dhi2Key }],
        },
      ],
    },
    kubernetes: {
      title: 'Kubernetes release images',
      confidence: 'probable', // older images in the same registry were never signed
      checked: '2026-11-21',
      sources: ['kubernetes/website, verify-signed-artifacts', 'Cluster API documentation'],
      entries: [
        {
          images: ['registry.k8s.io/**'],
          signedBy: [{ keyless: { issuer: google, identity: 'krel-trust@k8s-releng-prod.iam.gserviceaccount.com' } }],
        },
      ],
    },
    sigstore: {
      title: 'cosign',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['sigstore/cosign, release documentation'],
      entries: [
        {
          images: ['ghcr.io/sigstore/cosign', 'ghcr.io/sigstore/cosign/**'],
          signedBy: [{ keyless: { issuer: google, identity: 'keyless@projectsigstore.iam.gserviceaccount.com' } }],
        },
      ],
    },
    'red-hat': {
      title: 'Red Hat container catalogue',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['security.access.redhat.com/data/63405576.txt', 'stackrox/rox, default signature integrations'],
      entries: [
        {
          images: ['registry.access.redhat.com/**', 'registry.redhat.io/**'],
          signedBy: [{ key: redHat3Key }],
        },
      ],
    },
    ...knownProjects,
    microsoft: {
      title: 'Microsoft: .NET, Azure Linux and Azure IoT Operations',
      confidence: 'probable', // older images are unsigned, and how to tell them from others is not said
      checked: '2026-11-22',
      sources: [
        'dotnet/dotnet-docker, documentation/image-signatures.md: subject, both roots by address, fingerprint',
        'microsoft/azure-linux-image-tools@b80d352: the certificate, and trustpolicy.json for azurelinux/base/core',
        'learn.microsoft.com/azure/iot-operations/secure-iot-ops/howto-validate-images',
      ],
      entries: [
        {
          images: [
            'mcr.microsoft.com/dotnet/aspire-dashboard',
            'mcr.microsoft.com/dotnet/aspnet',
            'mcr.microsoft.com/dotnet/monitor',
            'mcr.microsoft.com/dotnet/monitor/base',
            'mcr.microsoft.com/dotnet/runtime',
            'mcr.microsoft.com/dotnet/runtime-deps',
            'mcr.microsoft.com/dotnet/sdk',
            'mcr.microsoft.com/azurelinux/base/core',
          ],
          signedBy: [microsoft('Microsoft SCD Products RSA Signing')],
        },
        {
          images: ['mcr.microsoft.com/azureiotoperations/**'],
          signedBy: [microsoft('Azure IoT Operations'), microsoft('Microsoft SCD Products RSA Signing')],
        },
      ],
    },
  },
};
