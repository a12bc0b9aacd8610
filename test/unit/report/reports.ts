import {
  type Digest,
  type Finding,
  parseCanonicalName,
  parseDigest,
  type Report,
  type ReportEvidence,
  type ReportImage,
} from '../../../src/model/index.ts';

/** A digest that is one hexadecimal digit, repeated. */
export function digestOf(digit: string): Digest {
  return parseDigest(`sha256:${digit.repeat(64)}`);
}

const releaseWorkflow = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';

export const keylessEvidence: ReportEvidence = {
  form: 'cosign-bundle',
  verified: true,
  trusted: true,
  subject: digestOf('1'),
  predicateType: null,
  signer: { kind: 'keyless', identity: releaseWorkflow, issuer: 'https://token.actions.githubusercontent.com' },
  time: '2026-01-02T03:04:05Z',
  log: { index: 123_456_789, id: 'c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d' },
  problem: null,
};

/** An image that a keyless signature lets in. */
export const signedImage: ReportImage = {
  name: parseCanonicalName('ghcr.io/acme/golang:1.22'),
  digest: digestOf('1'),
  status: 'allow',
  basis: 'signature',
  verified: true,
  decisions: [{ layer: 'project', policy: 'docker-verify.yaml', rule: 'acme', line: 7, status: 'allow' }],
  platforms: [{ platform: 'linux/amd64', digest: digestOf('a') }],
  uses: [{ kind: 'from', target: 'default', stage: 'build', file: 'Dockerfile', line: 3, column: 6 }],
  evidence: [keylessEvidence],
  findings: [],
  lineage: [],
};

/** A finding of the given code with nothing special in it. */
export function finding(code: Finding['code'], changes: Partial<Finding> = {}): Finding {
  return { code, level: 'error', message: 'something is wrong', expected: null, found: null, hint: null, ...changes };
}

export const unsignedImage: ReportImage = {
  name: parseCanonicalName('alpine:3.20'),
  digest: digestOf('2'),
  status: 'block',
  basis: 'none',
  verified: false,
  decisions: [
    { layer: 'project', policy: 'docker-verify.yaml', rule: 'official', line: 12, status: 'block' },
    { layer: 'builtin', policy: 'builtin', rule: null, line: null, status: 'warn' },
  ],
  platforms: [{ platform: 'linux/amd64', digest: digestOf('b') }],
  uses: [
    { kind: 'from', target: 'default', stage: '1', file: 'Dockerfile', line: 9, column: 6 },
    { kind: 'copy', target: 'default', stage: '1', file: 'Dockerfile', line: 11, column: 13 },
  ],
  evidence: [],
  findings: [
    finding('signature.missing', {
      message: 'no signature is attached to it',
      expected: 'a signature by key acme (sha256:0123456789ab)',
      found: 'nothing under the tag sha256-2222….sig, and no referrers',
    }),
  ],
  lineage: [],
};

const wrongSignerImage: ReportImage = {
  ...unsignedImage,
  name: parseCanonicalName('ghcr.io/acme/node:22'),
  digest: digestOf('3'),
  decisions: [{ layer: 'machine', policy: '/etc/docker/verify/company.yaml', rule: 'node', line: 4, status: 'block' }],
  uses: [{ kind: 'mount', target: 'default', stage: 'web', file: 'Dockerfile', line: 14, column: 20 }],
  evidence: [
    {
      ...keylessEvidence,
      trusted: false,
      subject: digestOf('3'),
      signer: { kind: 'keyless', identity: 'mallory@example.com', issuer: 'https://accounts.google.com' },
    },
  ],
  findings: [
    finding('signature.identity-mismatch', {
      message: 'it is signed, but not by anybody whom the rule names',
      expected: `${releaseWorkflow} (https://token.actions.githubusercontent.com)`,
      found: 'mallory@example.com (https://accounts.google.com)',
      hint: 'if mallory@example.com is right, add it under signedBy in /etc/docker/verify/company.yaml:4',
    }),
  ],
};

const unreachableImage: ReportImage = {
  ...unsignedImage,
  name: parseCanonicalName('registry.example.com/team/tools:2'),
  digest: null,
  status: 'error',
  decisions: [],
  platforms: [],
  uses: [{ kind: 'frontend', target: 'default', stage: null, file: 'Dockerfile', line: 1, column: 10 }],
  findings: [
    finding('image.unresolved', {
      message: 'registry.example.com did not answer',
      expected: 'an answer within 60 s',
      found: 'connection refused (203.0.113.7:443)',
      hint: 'check the network and HTTPS_PROXY, then try again',
    }),
  ],
};

const warnedImage: ReportImage = {
  ...unsignedImage,
  name: parseCanonicalName('docker.io/library/busybox:latest'),
  digest: digestOf('4'),
  status: 'warn',
  basis: 'default',
  decisions: [{ layer: 'builtin', policy: 'builtin', rule: null, line: null, status: 'warn' }],
  findings: [
    finding('policy.default', { level: 'warning', message: 'no rule of any policy matches it' }),
    finding('image.latest', { level: 'note', message: 'latest stands for another image tomorrow' }),
  ],
};

/** A report on these images; its verdict is as given. */
export function reportOn(
  images: readonly ReportImage[],
  verdict: Report['verdict'],
  changes: Partial<Report> = {},
): Report {
  return {
    schemaVersion: 1,
    tool: { name: 'docker-verify', version: '0.1.0' },
    time: '2026-02-03T04:05:06Z',
    mode: 'enforce',
    verdict,
    targets: [{ name: 'default', dockerfile: 'Dockerfile', platforms: ['linux/amd64'] }],
    policies: [
      { layer: 'project', source: 'docker-verify.yaml', sha256: 'd'.repeat(64) },
      { layer: 'builtin', source: 'builtin', sha256: 'e'.repeat(64) },
    ],
    trustedRoots: [{ layer: 'builtin', source: 'sigstore public good', sha256: 'f'.repeat(64), age: '93 days' }],
    images,
    cacheImports: [],
    unknown: [],
    findings: [],
    build: null,
    ...changes,
  };
}

/** Reports that between them show everything a report can hold; each has its golden file in every format. */
export const examples: Readonly<Record<string, Report>> = {
  surveyed: reportOn([signedImage, unsignedImage], 'error', {
    findings: [
      finding('scan.unreadable', { message: 'b/Dockerfile: unknown instruction FORM', hint: 'mend that file' }),
    ],
    files: [
      {
        file: 'Dockerfile',
        status: 'block',
        images: [signedImage.name, unsignedImage.name],
        refused: [unsignedImage.name],
        problem: null,
      },
      { file: 'a/Dockerfile', status: 'allow', images: [signedImage.name], refused: [], problem: null },
      {
        file: 'b/Dockerfile',
        status: 'error',
        images: [],
        refused: [],
        problem: { code: 'dockerfile.invalid', message: 'unknown instruction FORM' },
      },
    ],
  }),
  allowed: reportOn(
    [
      {
        ...signedImage,
        lineage: [
          {
            depth: 1,
            platform: 'linux/amd64',
            name: 'docker.io/library/debian:12',
            digest: digestOf('5'),
            kind: 'base',
            claim: 'signed-provenance',
            content: 'proven',
            status: 'allow',
            decisions: [],
            evidence: [],
            note: null,
          },
          {
            depth: 2,
            platform: 'linux/amd64',
            name: null,
            digest: null,
            kind: 'root-declared',
            claim: 'none',
            content: 'unprovable',
            status: 'allow',
            decisions: [],
            evidence: [],
            note: null,
          },
        ],
      },
      {
        ...signedImage,
        name: parseCanonicalName('registry.example.com/base/java:21'),
        evidence: [{ ...keylessEvidence, signer: { kind: 'key', sha256: '9'.repeat(64), name: 'acme' } }],
      },
      { ...unsignedImage, status: 'allow', basis: 'lock', findings: [] },
    ],
    'allow',
  ),
  blocked: reportOn([signedImage, unsignedImage, wrongSignerImage, unreachableImage], 'error'),
  refused: reportOn([signedImage, unsignedImage], 'block'),
  warned: reportOn([signedImage, warnedImage], 'warn', {
    mode: 'warn',
    cacheImports: [{ type: 'registry', ref: 'registry.example.com/cache/app', status: 'warn' }],
    unknown: [{ reason: 'custom-frontend', line: 1 }],
  }),
  audited: reportOn([signedImage], 'block', {
    findings: [],
    build: {
      ref: 'default/default/abc',
      digest: digestOf('8'),
      status: 0,
      pushed: ['registry.example.com/app:1'],
      materials: [{ uri: 'pkg:docker/evil@1?platform=linux%2Famd64', digest: digestOf('6') }],
      unverified: ['pkg:docker/evil@1?platform=linux%2Famd64'],
    },
  }),
};
