import { renderJsonDocument } from '../text/json-report.ts';
import { plainPage, type Shown } from '../text/visible.ts';

/** A publisher that a policy may name. */
export interface ListedPublisher {
  readonly name: string;
  readonly title: string;
  readonly layer: string;
  readonly origin: string;
  readonly confidence: string;
  readonly checked: string | null;
  readonly entries: readonly {
    readonly written: readonly string[];
    readonly signedBy: readonly { readonly label: string }[];
    readonly range: { readonly version: string | null; readonly date: string | null };
  }[];
}

function since({ version, date }: { readonly version: string | null; readonly date: string | null }): string {
  const parts = [version, date].filter((part) => part !== null);
  return parts.length === 0 ? '' : `, since ${parts.join(' and ')}`;
}

/** What to write so that one of them must have signed. */
function adviceFor(image: string, listed: readonly ListedPublisher[]): readonly string[] {
  const [first] = listed;
  if (first === undefined)
    return [
      `no publisher is known to sign ${image}`,
      'docker verify inspect IMAGE shows every signature that is there',
    ];
  const images = first.entries.flatMap(({ written }) => written).map((pattern) => JSON.stringify(pattern));
  return [
    '',
    'to ask for it, put under rules:',
    `  - images: [${images.join(', ')}]`,
    `    signedBy: [{publisher: ${first.name}}]`,
  ];
}

/** Publishers, or with `image` those that sign it and what to write so that they must: for people or as JSON. */
export function renderPublishers(publishers: readonly ListedPublisher[], image: string | null, format: string): Shown {
  if (format === 'json') return renderJsonDocument({ schemaVersion: 0, publishers });
  const lines = publishers.flatMap(({ name, title, layer, origin, confidence, checked, entries }) => [
    `${name}  ${title} (${confidence}${checked === null ? '' : `, checked ${checked}`})`,
    ...(layer === 'builtin' ? [] : [`  from ${origin} (${layer})`]),
    ...entries.map(
      ({ written, signedBy, range }) =>
        `  ${written.join(', ')}: ${signedBy.map(({ label }) => label).join(' or ')}${since(range)}`,
    ),
  ]);
  return plainPage(image === null ? lines : [...lines, ...adviceFor(image, publishers)]);
}
