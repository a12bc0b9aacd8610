import type { Matcher, RE2JS } from 're2js';

const reference = /\$(?:\$|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g;

function groupText(matcher: Matcher, name: string): string {
  try {
    const group = /^\d+$/.test(name) ? matcher.group(Number(name)) : matcher.group(name);
    return group ?? '';
  } catch {
    // a group that does not exist is empty in Go
    return '';
  }
}

/** Go's Regexp.Expand: `$1`, `${1}`, `${name}` stand for groups of the match, `$$` for a dollar; a name takes all letters that it can. */
export function expandTemplate(template: string, matcher: Matcher): string {
  return template.replace(reference, (whole: string, braced: string | undefined, plain: string | undefined) => {
    const name = braced ?? plain;
    return name === undefined ? whole.slice(1) : groupText(matcher, name);
  });
}

/** Go's Regexp.ReplaceAllString: every match replaced by the expanded template, the rest kept. */
export function replaceAllMatches(expression: RE2JS, text: string, template: string): string {
  const matcher = expression.matcher(text);
  let result = '';
  let end = 0;
  while (matcher.find()) {
    result += text.slice(end, matcher.start()) + expandTemplate(template, matcher);
    end = matcher.end();
  }
  return result + text.slice(end);
}
