const version = '[0-9A-Za-z][\\w.+~:!-]*';
const comparator = `(?:(?:>=|<=|>|<|=)?\\s*${version}|[\\^~]\\s*v?\\d[\\w.+~:!-]*)`;
const range = `(?:${version}\\s-\\s${version}|${comparator}(?:(?:\\s*,\\s*|\\s+(?=[<>=^~]))${comparator})*)`;
const pattern = new RegExp(`^(?:pkg:[a-z][a-z0-9.+-]*/)?(?:[^\\s@*?#<>=|^]+/)?@?[^\\s@*?#<>=|^]+(?:@\\s*${range})?$`);

/** Whether a text has the form of a pattern of `packages.deny`: NAME, NAME@RANGE, or a package URL for the name. */
export function isPackagePattern(text: string): boolean {
  return text.length <= 512 && pattern.test(text);
}
