import type { Report, Status } from '../../model/index.ts';
import { describeTask } from '../describe/describe-report.ts';
import { escapeHtml } from '../page/html-document.ts';
import { statusWords } from '../text/status-marks.ts';
import { summaryOf } from '../text/summary.ts';

const inOrder: readonly Status[] = ['error', 'block', 'warn', 'allow'];

function counts(report: Report): string {
  const summary = summaryOf(report);
  const items = inOrder
    .filter((status) => summary[status] > 0)
    .map((status) => {
      const [mark, word] = statusWords[status];
      return `<li class="${status}">${mark} ${summary[status]} ${word}</li>`;
    });
  const all = `<li>${summary.images} ${summary.images === 1 ? 'image' : 'images'}</li>`;
  return `<ul class="counts">${[all, ...items].join('')}</ul>`;
}

/** A term and what it stands for, each value on a line of its own. */
function entry(term: string, values: readonly string[]): string {
  return values.length === 0 ? '' : `<dt>${escapeHtml(term)}</dt>${values.map((html) => `<dd>${html}</dd>`).join('')}`;
}

function hash(sha256: string): string {
  return ` <code class="faint">sha256:${escapeHtml(sha256)}</code>`;
}

/** What was checked, by what, and when: everything that a verdict rests on and that another run could be compared by. */
export function reportSummary(report: Report): readonly string[] {
  const { policies, trustedRoots, tool, time, mode, breakGlass, targets } = report;
  const platforms = [...new Set(targets.flatMap((target) => target.platforms))];
  const contexts = targets.flatMap(({ context }) => (context === undefined ? [] : [context]));
  const entries = [
    entry(
      'policies',
      policies.map(({ layer, source, sha256 }) => `${escapeHtml(`${source} (${layer})`)}${hash(sha256)}`),
    ),
    entry(
      'trusted roots',
      trustedRoots.map(({ layer, source, sha256, age }) => {
        const old = age === null ? '' : `, ${age} old`;
        return `${escapeHtml(`${source} (${layer}${old})`)}${hash(sha256)}`;
      }),
    ),
    entry('mode', [mode]),
    entry('platforms', platforms.length === 0 ? [] : [escapeHtml(platforms.join(', '))]),
    entry('contexts', [
      ...new Set(contexts.map(({ source, digest }) => `${escapeHtml(source)} <code>${escapeHtml(digest)}</code>`)),
    ]),
    entry('break glass', breakGlass === undefined ? [] : [escapeHtml(breakGlass)]),
    entry('time', [`<time datetime="${escapeHtml(time)}">${escapeHtml(time)}</time>`]),
    entry('version', [escapeHtml(`${tool.name} ${tool.version}`)]),
  ];
  return [
    `<p>${escapeHtml(describeTask(report))}</p>`,
    counts(report),
    '<dl>',
    ...entries.filter((html) => html !== ''),
    '</dl>',
  ];
}
