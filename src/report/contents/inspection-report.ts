import type { CertificateClaims, EvidenceForm, LineageLink, ReportImage, Signer } from '../../model/index.ts';
import { describeSigner } from '../describe/describe-signer.ts';
import type { LineageInput } from '../lineage/lineage-chains.ts';
import { lineageLines } from '../lineage/lineage-text.ts';
import { page, type Shown, visible } from '../text/visible.ts';
import { type Layout, wrap } from '../text/wrap.ts';

/** What `inspect` knows of one image. */
export interface InspectedImage {
  readonly image: ReportImage;
  readonly evidence: readonly {
    readonly form: EvidenceForm;
    readonly verified: boolean;
    readonly trusted: boolean;
    readonly subject: string;
    readonly predicateType: string | null;
    readonly signer: Signer | null;
    readonly time: string | null;
    readonly timeSource: string | null;
    readonly log: { readonly index: number; readonly id: string } | null;
    readonly claims: CertificateClaims;
    readonly location: string;
    readonly problem: string | null;
  }[];
  readonly unsigned: readonly { readonly subject: string; readonly predicateType: string }[];
  readonly problems: readonly string[];
  readonly ignored: readonly string[];
  readonly lineage: readonly LineageLink[];
  readonly inputs: readonly LineageInput[];
}

type Inspected = InspectedImage['evidence'][number];

function verdict(piece: Inspected): string {
  if (!piece.verified) return 'does not verify';
  return piece.trusted ? 'verifies, and a rule trusts it' : 'verifies';
}

function evidenceLines(piece: Inspected, layout: Layout): readonly Shown[] {
  const mark = piece.verified ? '✓' : '✗';
  const kind = piece.predicateType === null ? piece.form : `${piece.form} ${piece.predicateType}`;
  const rows: (readonly [string, string | null])[] = [
    ['signer', piece.signer === null ? null : describeSigner(piece.signer)],
    ['subject', piece.subject],
    ['time', piece.time === null ? null : `${piece.time} (${piece.timeSource})`],
    ['log', piece.log === null ? null : `entry ${piece.log.index} of ${piece.log.id}`],
    ...Object.entries(piece.claims).map(([name, value]) => [name, String(value)] as const),
    ['found at', piece.location],
    ['problem', piece.problem],
  ];
  const details = rows.flatMap(([name, value]) =>
    value === null
      ? []
      : [
          wrap(
            [
              { text: `      ${name.padEnd(22)}`, style: 'dim' },
              { text: value, style: 'plain' },
            ],
            28,
            layout,
          ),
        ],
  );
  const head = wrap(
    [
      { text: `  ${mark} `, style: piece.verified ? 'good' : 'bad' },
      { text: `${kind}  `, style: 'bold' },
      { text: verdict(piece), style: 'plain' },
    ],
    6,
    layout,
  );
  return [head, ...details];
}

/** Everything attached to an image, what each proves, and its chain of bases, for people. */
export function renderInspection(inspected: InspectedImage, layout: Layout): Shown {
  const { image, evidence, unsigned, problems, ignored } = inspected;
  const lines = [
    wrap(
      [
        { text: `${image.name}  `, style: 'bold' },
        { text: image.digest ?? '', style: 'dim' },
      ],
      2,
      layout,
    ),
    ...evidence.flatMap((piece) => evidenceLines(piece, layout)),
    ...(evidence.length === 0 && problems.length === 0
      ? [visible('  nothing is attached: no signature, no attestation')]
      : []),
    ...problems.map((problem) => wrap([{ text: `  ? not known: ${problem}`, style: 'bad' }], 4, layout)),
    ...ignored.map((one) => wrap([{ text: `  - ignored: ${one}`, style: 'dim' }], 4, layout)),
    ...unsigned.map(({ predicateType, subject }) =>
      wrap(
        [
          { text: '  - ', style: 'dim' },
          { text: `unsigned ${predicateType} about ${subject.slice(0, 19)}`, style: 'plain' },
        ],
        4,
        layout,
      ),
    ),
  ];
  const platforms = image.platforms.map(({ platform }) => platform);
  const tree = { ...inspected, name: image.name, digest: image.digest, status: image.status, platforms };
  return page([...lines, visible(''), visible('bases'), ...lineageLines(tree, layout)]);
}
