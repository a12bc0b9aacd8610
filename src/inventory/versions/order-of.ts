import { apkOrder } from './apk.ts';
import { debianOrder } from './debian.ts';
import { mavenOrder } from './maven.ts';
import { naturalOrder } from './natural.ts';
import { numberedOrder } from './numbered.ts';
import type { VersionOrder } from './order.ts';
import { packagistOrder } from './packagist.ts';
import { pythonOrder } from './python.ts';
import { rpmOrder } from './rpm.ts';
import { rubyOrder } from './ruby.ts';
import { nugetOrder, pubOrder, semanticOrder } from './semantic.ts';

/** Go's own releases are called `go1.21.3`. */
const goOrder: VersionOrder = (left, right) =>
  semanticOrder(left.replace(/^go(?=\d)/, ''), right.replace(/^go(?=\d)/, ''));

const orders: ReadonlyMap<string, VersionOrder> = new Map([
  ['deb', debianOrder],
  ['opkg', debianOrder],
  ['rpm', rpmOrder],
  ['alpm', rpmOrder],
  ['apk', apkOrder],
  ['npm', semanticOrder],
  ['cargo', semanticOrder],
  ['golang', goOrder],
  ['hex', semanticOrder],
  ['swift', semanticOrder],
  ['github', semanticOrder],
  ['nuget', nugetOrder],
  ['pub', pubOrder],
  ['pypi', pythonOrder],
  ['maven', mavenOrder],
  ['gem', rubyOrder],
  ['composer', packagistOrder],
  ['cran', numberedOrder],
  ['hackage', numberedOrder],
]);

/** Every order that there is. */
export const allOrders: readonly VersionOrder[] = [...new Set([...orders.values(), naturalOrder])];

/** Whether versions of packages of this type have an order of their own. */
export function hasOrder(type: string): boolean {
  return orders.has(type);
}

/** How versions of packages of this type are ordered (the types of package URLs); a natural order where the type has none of its own. */
export function orderOf(type: string | null): VersionOrder {
  return orders.get(type ?? '') ?? naturalOrder;
}
