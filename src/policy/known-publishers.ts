import type { PublishersDocument } from './schema.ts';

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
          signedBy: [
            {
              // dhi-2.pub of docker-hardened-images/keyring@d6b11e0
              key: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKdROmntRJFBrOJOQF5ww6gDBJqGm
Fxa4333s1KsL9ISjtmRzGNih9lNRsqfRVjgFgJIdL6EQ9dohdanvn7r2cg==
-----END PUBLIC KEY-----
`,
            },
          ],
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
          signedBy: [
            {
              // Release key 3, security.access.redhat.com/data/63405576.txt; signatures by it are in no public log.
              key: `-----BEGIN PUBLIC KEY-----
MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA0ASyuH2TLWvBUqPHZ4Ip
75g7EncBkgQHdJnjzxAW5KQTMh/siBoB/BoSrtiPMwnChbTCnQOIQeZuDiFnhuJ7
M/D3b7JoX0m123NcCSn67mAdjBa6Bg6kukZgCP4ZUZeESajWX/EjylFcRFOXW57p
RDCEN42J/jYlVqt+g9+Grker8Sz86H3l0tbqOdjbz/VxHYhwF0ctUMHsyVRDq2QP
tqzNXlmlMhS/PoFr6R4u/7HCn/K+LegcO2fAFOb40KvKSKKVD6lewUZErhop1CgJ
XjDtGmmO9dGMF71mf6HEfaKSdy+EE6iSF2A2Vv9QhBawMiq2kOzEiLg4nAdJT8wg
ZrMAmPCqGIsXNGZ4/Q+YTwwlce3glqb5L9tfNozEdSR9N85DESfQLQEdY3CalwKM
BT1OEhEX1wHRCU4drMOej6BNW0VtscGtHmCrs74jPezhwNT8ypkyS+T0zT4Tsy6f
VXkJ8YSHyenSzMB2Op2bvsE3grY+s74WhG9UIA6DBxcTie15NSzKwfzaoNWODcLF
p7BY8aaHE2MqFxYFX+IbjpkQRfaeQQsouDFdCkXEFVfPpbD2dk6FleaMTPuyxtIT
gjVEtGQK2qGCFGiQHFd4hfV+eCA63Jro1z0zoBM5BbIIQ3+eVFwt3AlZp5UVwr6d
secqki/yrmv3Y0dqZ9VOn3UCAwEAAQ==
-----END PUBLIC KEY-----
`,
            },
          ],
        },
      ],
    },
    tekton: {
      title: 'Tekton releases',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['tektoncd/chains, tekton.pub', 'chainguard-dev/policy-catalog@6c02b17 tekton-signed.yaml'],
      entries: [
        {
          images: ['gcr.io/tekton-releases/**'],
          signedBy: [
            {
              // tekton.pub of tektoncd/chains
              key: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnLNw3RYx9xQjXbUEw8vonX3U4+tB
kPnJq+zt386SCoG0ewIH5MB8+GjIDGArUULSDfjfM31Eae/71kavAUI0OA==
-----END PUBLIC KEY-----
`,
            },
          ],
        },
      ],
    },
    'universal-blue': {
      title: 'Universal Blue',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['ublue-os/main, cosign.pub'],
      entries: [
        {
          images: ['ghcr.io/ublue-os/**'],
          signedBy: [
            {
              // cosign.pub of ublue-os/main
              key: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHLRpBfPRYiMl9wb7s6fx47PzzNWu
3zyJgXhWEvxoOgwv9CpwjbvUwR9qHxNMWkJhuGE6cjDA2hpy1I6NbA+24Q==
-----END PUBLIC KEY-----
`,
            },
          ],
        },
      ],
    },
    flux: {
      title: 'Flux controllers',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: [
        'fluxcd/website, 2022-02 security-image-provenance',
        'chainguard-dev/policy-catalog@6c02b17 flux-signed.yaml',
      ],
      entries: [
        {
          images: ['ghcr.io/fluxcd/**'],
          signedBy: [
            {
              keyless: {
                issuer: github,
                identityRegexp: 'https://github\\.com/fluxcd/[^/]+/\\.github/workflows/release\\.yml@refs/tags/v.*',
              },
            },
          ],
        },
      ],
    },
    cilium: {
      title: 'Cilium releases',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['chainguard-dev/policy-catalog@6c02b17 cilium-signed.yaml (2024)'],
      entries: [
        {
          images: ['docker.io/cilium/cilium'],
          signedBy: [
            {
              keyless: {
                issuer: github,
                identityRegexp:
                  'https://github\\.com/cilium/cilium/\\.github/workflows/build-images-releases\\.yaml@refs/tags/v.*',
              },
            },
          ],
          since: { version: '1.13' },
        },
      ],
    },
    keda: {
      title: 'KEDA releases',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['chainguard-dev/policy-catalog@6c02b17 keda-signed.yaml (2024)'],
      entries: [
        {
          images: ['ghcr.io/kedacore/**'],
          signedBy: [
            {
              keyless: {
                issuer: github,
                identityRegexp:
                  'https://github\\.com/kedacore/keda/\\.github/workflows/release-build\\.yml@refs/tags/v.*',
              },
            },
          ],
        },
      ],
    },
    knative: {
      title: 'Knative releases',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['chainguard-dev/policy-catalog@6c02b17 knative-signed.yaml (2024)'],
      entries: [
        {
          images: ['gcr.io/knative-releases/**'],
          signedBy: [{ keyless: { issuer: google, identity: 'signer@knative-releases.iam.gserviceaccount.com' } }],
        },
      ],
    },
    kubewarden: {
      title: 'Kubewarden controller',
      confidence: 'probable',
      checked: '2026-11-21',
      sources: ['sigstore/sigstore-rs@038e36a tests/data/bundle_v03.json (v1.34.0)'],
      entries: [
        {
          images: ['ghcr.io/kubewarden/kubewarden-controller'],
          signedBy: [
            {
              keyless: {
                issuer: github,
                identityRegexp:
                  'https://github\\.com/kubewarden/kubewarden-controller/\\.github/workflows/release\\.yml@refs/tags/v.*',
              },
            },
          ],
          since: { version: '1.34' },
        },
      ],
    },
  },
};
