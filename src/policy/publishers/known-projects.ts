import type { PublishersDocument } from '../language/schema/publishers-schema.ts';
import { istioKey, tektonKey, universalBlueKey } from './publisher-keys.ts';

const github = 'https://token.actions.githubusercontent.com';
const google = 'https://accounts.google.com';

/** Open-source projects that sign their releases. What is said of them comes from others than themselves, or is old: `probable`, so it only warns. */
export const knownProjects: PublishersDocument['publishers'] = {
  tekton: {
    title: 'Tekton releases',
    confidence: 'probable',
    checked: '2026-11-21',
    sources: ['tektoncd/chains, tekton.pub', 'chainguard-dev/policy-catalog@6c02b17 tekton-signed.yaml'],
    entries: [
      {
        images: ['gcr.io/tekton-releases/**'],
        signedBy: [{ key: tektonKey }],
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
        signedBy: [{ key: universalBlueKey }],
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
  linkerd: {
    title: 'Linkerd releases',
    confidence: 'probable',
    checked: '2026-11-22',
    sources: ['chainguard-dev/policy-catalog@6c02b17 linkerd-signed.yaml (2024)'],
    entries: [
      {
        images: ['ghcr.io/linkerd/controller', 'ghcr.io/linkerd/proxy', 'ghcr.io/linkerd/policy-controller'],
        signedBy: [
          {
            keyless: {
              issuer: github,
              identityRegexp: 'https://github\\.com/linkerd/linkerd2/\\.github/workflows/release\\.yml@refs/tags/.+',
            },
          },
        ],
      },
    ],
  },
  istio: {
    title: 'Istio releases, on the registries that get none after 1.30',
    confidence: 'probable',
    checked: '2026-11-22',
    sources: [
      'istio.io/latest/blog, retirement of GCP (2026-08-21): which key signs which version',
      'chainguard-dev/policy-catalog@6c02b17 istio-signed.yaml',
    ],
    entries: [
      {
        images: ['gcr.io/istio-release/**', 'registry.istio.io/release/**'],
        signedBy: [{ key: istioKey }],
        since: { version: '1.18' },
      },
    ],
  },
};
