import type { Advice, Suggestion, Support } from '../../model/index.ts';
import { cell, code, prose } from '../check/markdown-report.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { joinedPages, page, type Shown, visible, visibleDocument } from '../text/visible.ts';
import { type Layout, wrap } from '../text/wrap.ts';
import { byteDifferenceText, byteText, changeText, supportText } from './advice-words.ts';

/** The formats of `recommend`. */
export const adviceFormats = ['text', 'json', 'markdown'] as const;

type AdviceFormat = (typeof adviceFormats)[number];

interface Row {
  readonly label: string;
  readonly text: string;
}

function suggestionText({ image, reason, until, signedBy, bytes, packages }: Suggestion, total: number | null): string {
  const size =
    bytes === null ? '' : `, ${byteText(bytes)}${total === null ? '' : ` (${byteDifferenceText(bytes - total)})`}`;
  const count = packages === null ? '' : `, ${packages} packages`;
  const signed = signedBy.length === 0 ? '' : `, signed by ${signedBy.join(' and ')}`;
  return `${image}  ${reason}${until === null ? '' : `, looked after until ${until}`}${size}${count}${signed}`;
}

function listedText({ listed, sources: [source] }: Advice): string | null {
  if (listed !== false || source === undefined) return null;
  return `not among the official tags that were still made anew on ${source.date}`;
}

function insideText({ inside }: Advice): string | null {
  if (inside === null) return null;
  const { packages, shells, packageManagers, trust } = inside;
  const some = (names: readonly string[], none: string): string => (names.length === 0 ? none : names.join(', '));
  return `${packages} packages by ${trust} SBOMs; shells: ${some(shells, 'none listed')}; package managers: ${some(packageManagers, 'none listed')}`;
}

function bytesText({ bytes }: Advice): string | null {
  if (bytes === null) return null;
  const { total, base, own } = bytes;
  const parts =
    base === null || own === null ? '' : `: ${byteText(base)} of its base, ${byteText(own)} of its own layers`;
  return `${byteText(total)} compressed${parts}`;
}

function refreshText({ refresh }: Advice): string | null {
  if (refresh === null) return null;
  const { from, to, packages } = refresh;
  const changes = packages === null ? 'what changes is not known: SBOMs do not tell of both' : changeText(packages);
  return `the tag stands for ${to.slice(0, 19)} now, ${from.slice(0, 19)} is used; ${changes}`;
}

/** All that is said of an image, in order: what the policies want first. */
function rowsOf(advice: Advice): readonly Row[] {
  const total = advice.bytes?.total ?? null;
  const each = (label: string, found: readonly Suggestion[]): readonly Row[] =>
    found.map((suggestion) => ({ label, text: suggestionText(suggestion, total) }));
  const one = (label: string, text: string | null): readonly Row[] => (text === null ? [] : [{ label, text }]);
  return [
    ...advice.preferred.map((image) => ({ label: 'policy', text: `${image}  what your policy recommends` })),
    ...advice.support.map((support: Support) => ({ label: 'support', text: supportText(support) })),
    ...one('support', listedText(advice)),
    ...one('refresh', refreshText(advice)),
    ...each('update', advice.update),
    ...each('slimmer', advice.slimmer),
    ...each('hardened', advice.hardened),
    ...one('inside', insideText(advice)),
    ...one('size', bytesText(advice)),
    ...advice.unknown.map((text) => ({ label: 'not known', text })),
  ];
}

function sourceLines(advice: readonly Advice[]): readonly string[] {
  const sources = advice.flatMap((each) => each.sources);
  const known = [...new Map(sources.map((source) => [source.url, source])).values()];
  return known.map(({ url, date, licence }) => `${url} (${licence}), as of ${date}`);
}

function textPage(advice: Advice, layout: Layout): Shown {
  const head = wrap(
    [
      { text: advice.name, style: 'bold' },
      { text: `  ${advice.digest ?? '(not looked up)'}`, style: 'dim' },
    ],
    2,
    layout,
  );
  const rows = rowsOf(advice).map(({ label, text }) =>
    wrap([{ text: `  ${label.padEnd(10)} ${text}`, style: label === 'not known' ? 'caution' : 'plain' }], 13, layout),
  );
  const nothing =
    rows.length === 0 ? [wrap([{ text: '  nothing is known that would be better', style: 'plain' }], 4, layout)] : [];
  return page([head, ...rows, ...nothing]);
}

function markdown(advice: readonly Advice[]): Shown {
  const parts = advice.flatMap((each) => [
    `### ${code(each.name)}`,
    '',
    '| | |',
    '|---|---|',
    ...rowsOf(each).map(({ label, text }) => `| ${label} | ${cell(prose(text))} |`),
    '',
  ]);
  const sources = sourceLines(advice).map((line) => `- ${visible(line)}`);
  return visibleDocument([...parts, ...(sources.length === 0 ? [] : ['Sources:', '', ...sources, ''])].join('\n'));
}

/** What could be built on instead, for people, machines, or a bot that comments. */
export function renderAdvice(advice: readonly Advice[], format: AdviceFormat, layout: Layout): Shown {
  switch (format) {
    case 'json':
      return renderJsonDocument({ schemaVersion: 0, images: advice });
    case 'markdown':
      return markdown(advice);
    case 'text': {
      const sources = sourceLines(advice).map((line) => wrap([{ text: `source  ${line}`, style: 'dim' }], 8, layout));
      return joinedPages([
        ...advice.map((each) => textPage(each, layout)),
        ...(sources.length === 0 ? [] : [page(sources)]),
      ]);
    }
  }
}
