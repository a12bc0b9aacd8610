import { describe, expect, it } from 'vitest';
import { isVerifyError } from '../../../src/model/index.ts';
import { type Options, scan } from './scan.ts';

/** The stage that may have been meant for each image. */
function nearStages(dockerfile: string, options: Options = {}): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    scan(dockerfile, options).images.map(({ written, nearStage }) => [written, nearStage] as const),
  );
}

/** The hint of the refusal of a target. */
function targetHint(dockerfile: string, stage: string): string | null {
  try {
    scan(dockerfile, { stage });
  } catch (error) {
    if (isVerifyError(error, 'dockerfile.invalid')) return error.hint;
  }
  throw new Error('was not refused for the target');
}

describe('the stage that an image may have been meant for', () => {
  it.each([
    ['COPY --from=', 'FROM golang AS builder\nFROM scratch\nCOPY --from=bulder /a /a\n', 'bulder', 'builder'],
    ['FROM', 'FROM golang AS builder\nFROM buildr\n', 'buildr', 'builder'],
    ['a mount', 'FROM golang AS tools\nFROM golang\nRUN --mount=from=tool true\n', 'tool', 'tools'],
    ['other case', 'FROM golang AS Builder\nFROM scratch\nCOPY --from=bulder /a /a\n', 'bulder', 'builder'],
    ['one that comes later', 'FROM assets AS first\nRUN true\nFROM scratch AS assets\n', 'assets', 'assets'],
  ])('is named for %s', (kind, dockerfile, written, stage) => {
    const target = kind === 'one that comes later' ? { stage: 'first' } : {};
    expect(nearStages(dockerfile, target)[written]?.toLowerCase()).toBe(stage);
  });

  it.each([
    ['an image with a tag', 'FROM golang AS builder\nFROM scratch\nCOPY --from=bulder:1 /a /a\n'],
    ['an image of a namespace', 'FROM golang AS builder\nFROM scratch\nCOPY --from=x/builder /a /a\n'],
    ['another word', 'FROM golang AS builder\nFROM scratch\nCOPY --from=busybox /a /a\n'],
    ['a short word', 'FROM golang AS go\nFROM scratch\nCOPY --from=jo /a /a\n'],
    ['the base of the stage that is called after it', 'FROM golang AS golang\nRUN true\n'],
    ['the base of a stage that is nearly called after it', 'FROM nginx AS nginx1\nRUN true\n'],
  ])('is none for %s', (_, dockerfile) => {
    expect(Object.values(nearStages(dockerfile)).every((stage) => stage === undefined)).toBe(true);
  });

  it('is not a word about a named context or the generator of SBOMs', () => {
    const dockerfile = 'FROM golang AS scanner\nRUN true\n';
    expect(nearStages(dockerfile, { sbomGenerator: 'scaner' })['scaner']).toBeUndefined();
  });
});

describe('the stage that a target may have been meant for', () => {
  const dockerfile = 'FROM golang AS builder\nFROM scratch AS release\n';

  it('is the nearest', () => {
    expect(targetHint(dockerfile, 'bilder')).toBe('did you mean --target builder?');
  });

  it('is not guessed where none is near: all are named', () => {
    expect(targetHint(dockerfile, 'test')).toBe('its stages are builder, release');
  });

  it('is none where no stage has a name', () => {
    expect(targetHint('FROM golang\n', 'test')).toBe('no stage has a name: write FROM … AS test');
  });
});
