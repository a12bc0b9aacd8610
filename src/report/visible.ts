// Control characters of both blocks, and the invisible ones that reorder, join or hide text.
const invisible =
  '\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff\\u{e0000}-\\u{e007f}';
// What Azure Pipelines and GitHub Actions obey wherever it stands in a line of a log.
const command = '#(?=#(?:vso)?\\[)';
const unsafe = new RegExp(`[\\u0000-\\u001f${invisible}]|${command}`, 'giu');
const unsafeInJson = new RegExp(`[${invisible}]|${command}`, 'giu');

function escapeUnits(text: string): string {
  return text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The text with everything made visible that could rule a terminal, be taken for a command by what keeps a build's log, or
 * show another text than is there, as `\u001b`.
 * Names, identities and messages come from registries that may be hostile. The result is one line.
 */
export function visible(text: string): string {
  return text.replace(unsafe, escapeUnits);
}

/** Like `visible`, for a JSON text: what it escapes, a parser turns back. Line ends between values stay. */
export function visibleJson(json: string): string {
  return json.replace(unsafeInJson, escapeUnits);
}
