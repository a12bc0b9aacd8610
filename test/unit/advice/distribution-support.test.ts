import { expect, it } from 'vitest';
import { distributionSupport } from '../../../src/advice/index.ts';

const today = '2026-11-28';

it.each([
  [['pkg:deb/debian/bash@5?arch=amd64&distro=debian-12'], 'Debian 12 extended 2028-06-30'],
  [['pkg:deb/ubuntu/bash@5?distro=ubuntu-24.04', null, 'pkg:npm/x@1'], 'Ubuntu 24.04 supported 2029-05-31'],
  [['pkg:apk/alpine/busybox@1?distro=alpine-3.21.3'], 'Alpine Linux 3.21 ended 2026-11-01'],
  [['pkg:rpm/rocky/bash@5?distro=rocky-9.4'], 'Rocky Linux 9 supported 2032-05-31'],
  [['pkg:deb/a/a@1?distro=debian-12', 'pkg:deb/a/b@1?distro=debian-13'], null],
  [['pkg:deb/a/a@1?distro=plan9-4'], null],
  [['pkg:deb/a/a@1?distro=constructor-1'], null],
  [['pkg:deb/a/a@1'], null],
])('the system of %j is %s', (purls, expected) => {
  const found = distributionSupport(purls, today);
  expect(found === null ? null : [found.what, found.state, found.date].join(' ')).toBe(expected);
});
