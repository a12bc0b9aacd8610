import type { ErrorCode, FindingCode } from '../../model/index.ts';
import { page, type Shown, visible } from '../text/visible.ts';
import { type Layout, wrap } from '../text/wrap.ts';
import { type ErrorExplanation, errorExplanations } from './errors.ts';
import { findingExplanations } from './findings.ts';

/** What there is to say of one code: of a finding of a report, or of an error that ends a run. */
export type CodeExplanation =
  | ({ readonly code: FindingCode; readonly kind: 'finding'; readonly headline: string } & ErrorExplanation)
  | ({ readonly code: ErrorCode; readonly kind: 'error'; readonly headline: null } & ErrorExplanation);

/** Every code that can be explained: the findings, then the errors. One that is both stands there twice. */
export const explainedCodes: readonly CodeExplanation[] = [
  ...Object.entries(findingExplanations).map(([code, { headline, meaning, cure }]) => ({
    code: code as FindingCode, // the record names every finding and nothing else
    kind: 'finding' as const,
    headline,
    meaning,
    cure,
  })),
  ...Object.entries(errorExplanations).map(([code, { meaning, cure }]) => ({
    code: code as ErrorCode, // likewise
    kind: 'error' as const,
    headline: null,
    meaning,
    cure,
  })),
];

/** One code for people. */
export function renderExplanation(
  { code, kind, headline, meaning, cure }: CodeExplanation,
  status: string | null,
  layout: Layout,
): Shown {
  const title = headline === null ? '' : `: ${headline}`;
  const paragraph = (text: string): Shown => wrap([{ text: `  ${text}`, style: 'plain' }], 2, layout);
  return page([
    wrap(
      [
        { text: `${code}`, style: 'bold' },
        { text: ` (${kind}${status === null ? '' : `, ${status}`})${title}`, style: 'plain' },
      ],
      2,
      layout,
    ),
    visible(''),
    paragraph(meaning),
    visible(''),
    wrap(
      [
        { text: '  Cure: ', style: 'bold' },
        { text: cure, style: 'plain' },
      ],
      2,
      layout,
    ),
  ]);
}

/** All codes, a line each. */
export function renderCodeList(layout: Layout): Shown {
  const width = Math.max(...explainedCodes.map(({ code }) => code.length));
  const lines = (kind: CodeExplanation['kind']): readonly Shown[] =>
    explainedCodes
      .filter((each) => each.kind === kind)
      .map(({ code, headline, meaning }) => {
        const [sentence = ''] = meaning.split(/(?<=\.) /);
        return wrap([{ text: `  ${code.padEnd(width)}  ${headline ?? sentence}`, style: 'plain' }], width + 4, layout);
      });
  return page([
    visible('Findings, which stand in a report:'),
    ...lines('finding'),
    visible(''),
    visible('Errors, which end a run:'),
    ...lines('error'),
  ]);
}
