import { describe, expect, it } from 'vitest';
import { targetsOfNothing, targetsWithImages } from '../../../../../src/gate/run/outcome/audited-targets.ts';
import type { LoadedTarget } from '../../../../../src/gate/scan/scan-targets.ts';
import { judgedImage, usedAs } from '../../judged-images.ts';

function loaded(text: string, dockerfile: object = {}): LoadedTarget {
  const target = {
    name: 'default',
    stage: null,
    platforms: [],
    buildArguments: {},
    namedContexts: [],
    cacheImports: [],
  };
  return {
    target: { ...target, context: { kind: 'folder', path: '/x' }, dockerfile: { kind: 'stdin' }, sbomGenerator: null },
    dockerfile: { kind: 'text', file: 'Dockerfile', bytes: Buffer.from(text), pin: null, ...dockerfile },
  } as LoadedTarget; // a case may say more of it than its type
}

const ofNothing = (
  one: LoadedTarget,
  images = [judgedImage({ uses: [usedAs('from', 'another')] })],
  layouts = images.slice(1),
) => targetsOfNothing({ loaded: [one], layouts, platform: 'linux/amd64' }, images);

describe('a target of which a builder may record nothing', () => {
  it('is one that takes no image', () => {
    expect(ofNothing(loaded('FROM scratch\nCOPY x /\n'))).toEqual(['default']);
  });

  it.each<readonly [string, () => readonly string[]]>([
    ['takes an image', () => ofNothing(loaded('FROM app:1\n'), [judgedImage()])],
    ['may take one that could not be foreseen', () => ofNothing(loaded('FROM scratch\n'), [judgedImage({ uses: [] })])],
    ['may take a layout', () => ofNothing(loaded('FROM scratch\n'), [judgedImage(), judgedImage()])],
    ['is of a context that was fetched', () => ofNothing(loaded('FROM scratch\n', { pin: { hash: 'x' } }))],
    [
      'has a Dockerfile that only the build reads',
      () => ofNothing(loaded('', { kind: 'unknown', reason: 'remote-context' })),
    ],
    ['is read by a frontend of its own', () => ofNothing(loaded('# syntax=example.com/frontend:1\nFROM scratch\n'))],
  ])('is none that %s', (_, find) => {
    expect(find()).toEqual([]);
  });
});

it('a target has images where it takes one for a stage or copies from one, and not where one only reads it', () => {
  const images = (['from', 'copy', 'mount', 'frontend', 'sbom-generator'] as const).map((kind) =>
    judgedImage({ uses: [usedAs(kind, kind)] }),
  );
  expect(targetsWithImages(images)).toEqual(['from', 'copy', 'mount']);
});
