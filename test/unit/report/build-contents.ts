import type { BuildContents, BuildPart, ContainedPackage } from '../../../src/model/index.ts';
import { digestFor, image, record } from '../records/support.ts';

function contained(purl: string, more: Partial<ContainedPackage> = {}): ContainedPackage {
  const [, name = purl, version = ''] = /([^/]+)@([^?]+)/.exec(purl) ?? [];
  return { name, version, purl, fromBase: true, trust: 'signed', ...more };
}

function part(role: BuildPart['role'], name: string, packages: readonly ContainedPackage[]): BuildPart {
  return { role, name, digest: digestFor(name), isKnown: packages.length > 0, packages };
}

export const xz = 'pkg:deb/debian/liblzma5@5.6.1-1?upstream=xz-utils';
export const app = 'pkg:golang/example.com/app@v1.0.0';
export const compiler = 'pkg:deb/debian/gcc@14.2.0';

const debian = 'docker.io/library/debian:testing';

/** A build on Debian with a build stage; what it made is known unless said otherwise. */
export function contentsOf(isKnown = true): BuildContents {
  const tag = 'registry.example.com/acme/app:1';
  const made = record(tag, [image(debian), image('docker.io/library/gcc:14', 'build-stage')], {
    context: {
      kind: 'folder',
      source: '/src',
      remote: 'https://example.com/acme/app.git',
      commit: 'a'.repeat(40),
      dirty: false,
      subdirectory: 'service',
    },
  });
  return {
    record: made,
    result: part('result', tag, isKnown ? [contained(xz), contained(app, { fromBase: false, trust: 'unsigned' })] : []),
    images: [
      part('runtime-base', debian, [contained(xz)]),
      part('build-stage', 'docker.io/library/gcc:14', [contained(compiler), contained('no-url', { purl: null })]),
    ],
  };
}
