import type { Finding, FindingCode, FindingLevel, ReportImage } from '../../model/index.ts';
import { findingExplanations } from '../findings/findings.ts';
import { decidingRules, describeLineage, describeRule, describeUse } from './describe-image.ts';

/** One line beneath an image: a finding's sentence (no label), or a labelled value. Not yet made visible. */
export interface Detail {
  readonly label: string | null;
  readonly value: string;
  readonly code: FindingCode | null;
  readonly level: FindingLevel | null;
}

/** A labelled value. */
export function labelled(label: string, value: string): Detail {
  return { label, value, code: null, level: null };
}

/** `sha256:` and the first twelve digits, enough to compare by eye; empty where there is none or the name holds it. */
export function shortDigest({ name, digest }: ReportImage): string {
  return digest === null || name.includes('@') ? '' : digest.slice(0, digest.indexOf(':') + 13);
}

/** What the findings say; their cures come later, beneath everything that led to them. */
function findingDetails(findings: readonly Finding[]): readonly Detail[] {
  return findings.flatMap(({ code, level, message, expected, found }) => [
    { label: null, value: message, code, level },
    ...(expected === null ? [] : [labelled('expected', expected)]),
    ...(found === null ? [] : [labelled('found', found)]),
  ]);
}

/** What to do next, each thing once. A note asks for nothing. */
function cureDetails(findings: readonly Finding[]): readonly Detail[] {
  const cures = findings
    .filter(({ level }) => level !== 'note')
    .map(({ code, hint }) => hint ?? findingExplanations[code].cure);
  return [...new Set(cures)].map((cure) => labelled('next', cure));
}

/** Findings that belong to no image, each with its cure beneath it; those with one cure stand together, in the order of the first. */
export function curedDetails(findings: readonly Finding[]): readonly Detail[] {
  const groups = new Map<string, Finding[]>();
  for (const [index, finding] of findings.entries()) {
    const [cure] = cureDetails([finding]);
    const key = cure === undefined ? `note ${index}` : `cure ${cure.value}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((some) => [...findingDetails(some), ...cureDetails(some)]);
}

/** Places that are named one by one: a survey may find hundreds, which machine formats list. */
const mostUses = 12;

function usesInWords({ uses }: ReportImage): string {
  const more = uses.length - mostUses;
  return [...uses.slice(0, mostUses).map(describeUse), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** Everything beneath an image's line, in the order of reading: what is wrong, which rule says so, where it is used, the cure. */
export function imageDetails(image: ReportImage): readonly Detail[] {
  const lineage = describeLineage(image);
  // that a tag can move is true of nearly every image: JSON says it, the text only what stands out
  const findings = image.findings.filter(({ code }) => code !== 'image.mutable-tag');
  const details = [...findingDetails(findings), ...(lineage === null ? [] : [labelled('bases', lineage)])];
  if (image.status === 'allow') return details;
  const rules = decidingRules(image).map(describeRule).join('; ');
  if (rules !== '') details.push(labelled('rule', rules));
  if (image.uses.length > 0) details.push(labelled('used', usesInWords(image)));
  return [...details, ...cureDetails(image.findings)];
}
