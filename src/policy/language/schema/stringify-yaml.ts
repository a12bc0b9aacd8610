import { Document, visit } from 'yaml';

/** What must not stand in a file as it is: what cannot be seen or rules a terminal. */
const unseen = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu;
/** That, what a build's log would obey, and spaces at the ends of a line, which a block of lines does not always keep. */
const mustBeQuoted = /[^\P{C}\n]|[\p{Zl}\p{Zp}]|##|^\s*::|^[^\S\n]|[^\S\n]$/mu;

function escapeUnits(text: string): string {
  return text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Plain data as YAML 1.2, a line for each value. Names of others stand in it as they are read back, and no character of them
 * is invisible or begins a line.
 */
export function stringifyYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && mustBeQuoted.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  // between double quotes, the only place that has any, an escape is read back as the character
  return document.toString({ lineWidth: 0, doubleQuotedAsJSON: true }).replace(unseen, escapeUnits);
}
