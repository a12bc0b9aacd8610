import {
  type Exposure,
  type ExposureRow,
  parseCanonicalName,
  type Report,
  type ReportImage,
} from '../../../../src/model/index.ts';
import { link, scratch } from '../picture/pictured.ts';
import { finding, keylessEvidence, reportOn, signedImage, unsignedImage } from '../reports.ts';

/** The longest names that a registry, a workflow, a file system and a stage may have. */
const longHost = `${'registry-of-a-department.'.repeat(3)}example.com`;
const longRepository = `${longHost}/${'a-team/'.repeat(10)}${'application'.repeat(8)}`;
const longTag = 'v'.repeat(128);
const longFile = `${'services-of-the-department/'.repeat(14)}Dockerfile.production`;
const longIdentity = `https://github.com/${'o'.repeat(39)}/${'r'.repeat(100)}/.github/workflows/${'w'.repeat(90)}.yml@refs/heads/${'branch-'.repeat(20)}`;

const longNamed: ReportImage = {
  ...unsignedImage,
  name: parseCanonicalName(`${longRepository}:${longTag}`),
  uses: [{ kind: 'from', target: 'default', stage: 'stage'.repeat(30), file: longFile, line: 123_456, column: 6 }],
  evidence: [
    {
      ...keylessEvidence,
      trusted: false,
      signer: { kind: 'keyless', identity: longIdentity, issuer: `https://${longHost}` },
    },
  ],
  decisions: [{ layer: 'project', policy: longFile, rule: 'rule-'.repeat(25), line: 7, status: 'block' }],
  findings: [
    finding('signature.identity-mismatch', {
      message: 'it is signed, but not by anybody whom the rule names',
      expected: `${longIdentity} (https://${longHost})`,
      found: `${longIdentity}x (https://${longHost})`,
      hint: `if ${longIdentity}x is right, add it under signedBy in ${longFile}:7`,
    }),
  ],
  lineage: [link(1, { name: `${longRepository}/base:${longTag}`, note: 'n'.repeat(300) }), scratch(2)],
};

/** A build of an image whose names are as long as names may be. */
export const longReport: Report = reportOn([longNamed, signedImage], 'block', {
  policies: [{ layer: 'project', source: longFile, sha256: 'd'.repeat(64) }],
  targets: [{ name: 'default', dockerfile: longFile, platforms: ['linux/amd64'] }],
});

/** A chain that is broken in its middle, and goes on to its end all the same. */
export const brokenReport: Report = reportOn(
  [
    {
      ...signedImage,
      status: 'block',
      findings: [
        finding('lineage.contradicted', {
          message: 'its bases are not what it says',
          found: 'docker.io/library/base:2',
        }),
      ],
      lineage: [
        link(1),
        link(2, { status: 'block', evidence: [], content: 'contradicted', note: 'layer 2 of this image is not in it' }),
        link(3, { status: 'warn', claim: 'label', content: 'unprovable', evidence: [] }),
        link(4, { claim: 'history' }),
        scratch(5),
      ],
    },
  ],
  'block',
);

const waiver = { codes: ['signature.missing'], reason: 'the vendor signs from March on' } as const;

/** Images that an exception lets through, and one whose exception has ended. */
export const exceptedReport: Report = reportOn(
  [
    {
      ...unsignedImage,
      status: 'warn',
      basis: 'none',
      findings: [
        ...unsignedImage.findings,
        finding('policy.exception', {
          level: 'warning',
          message:
            'let through by an exception: the vendor signs from March on (until 2026-03-31, approved by ops@acme.example)',
          waiver,
        }),
      ],
    },
    {
      ...unsignedImage,
      name: parseCanonicalName('docker.io/library/nginx:1.27'),
      findings: [
        ...unsignedImage.findings,
        finding('policy.exception', { level: 'note', message: 'an exception for it ended on 2026-01-31: migration' }),
      ],
    },
  ],
  'block',
);

/** A build of a hundred images in twenty stages, some of them refused. */
export function crowdedReport(): Report {
  const images = Array.from({ length: 100 }, (_, at): ReportImage => {
    const image = at % 9 === 0 ? unsignedImage : signedImage;
    return {
      ...image,
      name: parseCanonicalName(`registry.example.com/team-${at % 7}/service-${at}:1.${at}`),
      uses: [
        { kind: 'copy', target: 'default', stage: `part-${at % 20}`, file: 'Dockerfile', line: at + 2, column: 6 },
      ],
      lineage: at % 3 === 0 ? [link(1), link(2), scratch(3)] : [],
    };
  });
  return reportOn(images, 'block');
}

const build = {
  id: '01KE0000000000000000000000',
  time: '2026-01-02T03:04:05.000Z',
  target: 'default',
  digest: null,
  imageId: null,
  tags: ['acme/app:1'],
  pushed: ['registry.example.com/acme/app:1', 'registry.example.com/acme/app:latest'],
};
const affected: ExposureRow = {
  question: 'CVE-2024-3094',
  state: 'affected',
  build,
  package: { name: 'liblzma5', version: '5.6.1-1', purl: 'pkg:deb/debian/liblzma5@5.6.1-1' },
  via: { role: 'runtime-base', name: 'docker.io/library/debian:testing', digest: null },
  inRuntime: true,
  trust: 'signed',
  signer: { kind: 'key', sha256: 'a'.repeat(64), name: 'acme' },
  vex: null,
  reason: null,
};

/** Every state, several questions, rows that were only counted, and names as long as they may be. */
export const filledExposure: Exposure = {
  rows: [
    affected,
    {
      ...affected,
      build: { ...build, tags: [`${longRepository}:${longTag}`], pushed: [`${longRepository}:${longTag}`] },
      package: { name: 'p'.repeat(214), version: '1.0.0+'.repeat(20), purl: null },
      via: { role: 'build-stage', name: `${longRepository}:${longTag}`, digest: null },
      signer: { kind: 'keyless', identity: longIdentity, issuer: `https://${longHost}` },
    },
    { ...affected, state: 'under-investigation', inRuntime: null, trust: 'unsigned', signer: null },
    {
      ...affected,
      state: 'unknown',
      package: null,
      via: null,
      inRuntime: null,
      trust: 'none',
      signer: null,
      reason: 'no complete SBOM of what was built',
    },
    {
      ...affected,
      state: 'not-affected',
      inRuntime: false,
      vex: 'CVE-2024-3094: not_affected, vulnerable_code_not_in_execute_path',
    },
    {
      ...affected,
      question: 'openssl@3.0.0 - 3.0.7',
      state: 'fixed',
      via: { role: 'own-layer', name: null, digest: null },
    },
    { ...affected, question: 'openssl@3.0.0 - 3.0.7', state: 'not-found', package: null, via: null },
  ],
  unlisted: [{ question: 'openssl@3.0.0 - 3.0.7', state: 'not-found', count: 1234 }],
  builds: 1241,
  remarks: ['2 records cannot be read: they are passed over'],
};
