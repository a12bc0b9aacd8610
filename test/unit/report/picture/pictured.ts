import { type LineageLink, parseCanonicalName, type Report, type ReportImage } from '../../../../src/model/index.ts';
import { digestOf, keylessEvidence, reportOn, signedImage, unsignedImage } from '../reports.ts';

/** A link of a chain that the layers prove and a signer stands for. */
export function link(depth: number, changes: Partial<LineageLink> = {}): LineageLink {
  return {
    depth,
    platform: 'linux/amd64',
    name: `docker.io/library/base:${depth}`,
    digest: digestOf(String(depth)),
    kind: 'base',
    claim: 'signed-provenance',
    content: 'proven',
    status: 'allow',
    decisions: [],
    evidence: [keylessEvidence],
    note: null,
    ...changes,
  };
}

/** The end of a chain at scratch. */
export function scratch(depth: number, changes: Partial<LineageLink> = {}): LineageLink {
  return link(depth, { kind: 'root-declared', name: 'scratch', digest: null, evidence: [], ...changes });
}

const stageOne = { kind: 'from', target: 'default', stage: 'build', file: 'Dockerfile', line: 9, column: 6 } as const;

const twoPlatforms: ReportImage = {
  ...signedImage,
  lineage: [
    link(1),
    link(2),
    scratch(3),
    link(1, { platform: 'linux/arm64' }),
    link(2, {
      platform: 'linux/arm64',
      digest: digestOf('7'),
      status: 'block',
      evidence: [],
      content: 'contradicted',
      note: 'layer 2 of this image is not in it',
    }),
  ],
};

const sharing: ReportImage = {
  ...signedImage,
  name: parseCanonicalName('ghcr.io/acme/node:22'),
  uses: unsignedImage.uses,
  lineage: [link(1), link(2), scratch(3)],
};

const lost: ReportImage = {
  ...unsignedImage,
  uses: [stageOne, ...unsignedImage.uses],
  lineage: [
    link(1, {
      kind: 'unknown',
      status: 'warn',
      claim: 'annotation',
      content: 'unprovable',
      evidence: [],
      note: 'the registry has it no more',
    }),
  ],
};

/** A build that shows all that a picture can: shared and broken chains, an end that is not known, a source. */
export const picturedReport: Report = reportOn([twoPlatforms, sharing, lost], 'block', {
  sources: [
    {
      kind: 'git',
      name: 'github.com/acme/lib.git#main',
      pin: null,
      status: 'block',
      uses: [{ kind: 'add', target: 'default', stage: 'build', file: 'Dockerfile', line: 5, column: 1 }],
    },
  ],
});
