import { type PackagePattern, parsePackagePattern } from '../package-pattern.ts';
import type { VersionOrder } from '../versions/order.ts';
import { allOrders, hasOrder, orderOf } from '../versions/order-of.ts';

/** Types of package URLs whose versions have no order of their own (purl-spec, "Known PURL types"). */
const unordered = new Set(
  'bazel bitbucket bitnami cocoapods conan conda cpan docker generic gitlab huggingface julia luarocks mlflow oci otp qpkg swid vscode-extension yocto'.split(
    ' ',
  ),
);

function isEmptyBy(order: VersionOrder, { comparators }: PackagePattern): boolean {
  const least = comparators.filter(({ operator }) => operator !== '<' && operator !== '<=');
  const most = comparators.filter(({ operator }) => operator !== '>' && operator !== '>=');
  return least.some((from) =>
    most.some((to) => {
      const found = order(from.version, to.version);
      return found > 0 || (found === 0 && (from.operator === '>' || to.operator === '<'));
    }),
  );
}

function patternIn(text: string): PackagePattern | null {
  return text.includes('@vers:') ? null : parsePackagePattern(text);
}

/** Whether no version at all can be in the range that is asked about, however versions are ordered there: nothing would ever be found. */
export function isImpossibleRange(text: string): boolean {
  const pattern = patternIn(text);
  if (pattern === null) return false;
  const orders = pattern.type === null ? allOrders : [orderOf(pattern.type)];
  return orders.every((order) => isEmptyBy(order, pattern));
}

/** The type of the package URL in the question, if that type is unknown; null otherwise. */
export function unknownType(text: string): string | null {
  const type = parsePackagePattern(text.split('@vers:', 1)[0] ?? '')?.type ?? null;
  return type === null || hasOrder(type) || unordered.has(type) ? null : type;
}

/** What is to be said of a version that was perhaps not meant as it is read; null where there is nothing. */
export function doubtfulVersion(text: string): string | null {
  const comparators = patternIn(text)?.comparators ?? [];
  const [only] = comparators;
  if (only?.operator !== '=' || comparators.length > 1) return null;
  const version = only.version.slice(0, 100);
  if (!/\d/.test(version))
    return `${version} is no version that has an order: only packages are found that give just this word as their version`;
  const ends = /^(\d+(?:\.\d+)+)-(\d+(?:\.\d+)+)$/.exec(version)?.slice(1) ?? [];
  const [least = '', most = ''] = ends;
  const isRange = ends.length === 2 && least.split('.').length === most.split('.').length;
  return isRange ? `${version} is read as one version: a range has spaces, "${least} - ${most}"` : null;
}
