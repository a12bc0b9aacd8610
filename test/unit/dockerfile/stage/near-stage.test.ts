import { describe, expect, it } from 'vitest';
import { meantStage, stageNumber } from '../../../../src/dockerfile/stage/near-stage.ts';
import { isVerifyError } from '../../../../src/model/index.ts';
import { type Options, scan } from '../scan.ts';

/** The stage that may have been meant for each image. */
function nearStages(dockerfile: string, options: Options = {}): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    scan(dockerfile, options).images.map(({ written, nearStage }) => [written, nearStage] as const),
  );
}

/** The hint with which a Dockerfile is refused. */
function refusalHint(dockerfile: string): string | null {
  try {
    scan(dockerfile);
  } catch (error) {
    if (isVerifyError(error, 'dockerfile.invalid')) return error.hint;
  }
  throw new Error('was not refused');
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

describe('a name that no image can have', () => {
  it.each([
    ['COPY --from= in upper case', 'FROM golang AS builder\nFROM scratch\nCOPY --from=BULDER /a /a\n'],
    ['FROM in upper case', 'FROM golang AS builder\nFROM BULDER\n'],
    ['FROM in mixed case', 'FROM golang AS Builder\nFROM bUilderr\n'],
    ['a mount in upper case', 'FROM golang AS builder\nFROM golang\nRUN --mount=from=BUILDERS true\n'],
    ['a dash too many before it', 'FROM golang AS builder\nFROM scratch\nCOPY --from=-builder /a /a\n'],
    ['a dash too many behind it', 'FROM golang AS builder\nFROM scratch\nCOPY --from=builder- /a /a\n'],
    ['a colon too many', 'FROM golang AS builder\nFROM scratch\nCOPY --from=builder: /a /a\n'],
  ])('hints at the stage that is near it: %s', (_, dockerfile) => {
    expect(refusalHint(dockerfile)?.toLowerCase()).toContain('if the stage "builder" is meant, write that');
  });

  it('says that the stage comes too late', () => {
    const dockerfile = 'FROM BASE AS app\nRUN true\nFROM scratch AS base\nCOPY --from=app / /\n';
    expect(refusalHint(dockerfile)).toContain('the stage "base" comes too late');
  });

  it('hints at nothing where no stage is near, or an image was plainly meant', () => {
    expect(refusalHint('FROM golang AS builder\nFROM ALPINE\n')).toBeNull();
    expect(refusalHint('FROM golang AS builder\nFROM acme/BUILDER\n')).toBeNull();
  });
});

describe('a stage by its number', () => {
  it('says how stages are counted where there is none of that number', () => {
    expect(refusalHint('FROM golang AS builder\nFROM scratch\nCOPY --from=5 /a /a\n')).toContain('the last is 1');
  });

  it.each([
    ['0', 0],
    ['+1', 1],
    ['-1', -1],
    ['9223372036854775807', 2 ** 63],
    ['9223372036854775808', null], // an image to BuildKit: no integer of 64 bits
    ['99999999999999999999', null],
    ['1a', null],
    ['', null],
  ])('is read as Go reads %j', (written, number) => {
    expect(stageNumber(written)).toBe(number);
  });

  it('is an image to FROM and to a mount, which is said', () => {
    expect(meantStage({ written: '0' })).toContain('numbered for COPY --from alone');
    expect(scan('FROM golang\nFROM 0\n').images.map(({ name }) => name)).toEqual(['docker.io/library/0:latest']);
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

  it('is no name that a stage cannot have', () => {
    expect(targetHint('FROM golang\n', '0')).toContain('named, not numbered: write FROM … AS NAME');
  });
});

describe('a word for an image that may have been meant for a stage', () => {
  it('hints at the stage that has nearly that name', () => {
    expect(meantStage({ written: 'bulder', nearStage: 'builder' })).toBe(
      'no stage is called "bulder": if the stage "builder" is meant, write that',
    );
  });

  it('says that the stage of that name comes too late', () => {
    expect(meantStage({ written: 'Builder', nearStage: 'builder' })).toContain('"builder" comes too late');
  });

  it('hints at nothing where no stage is near', () => {
    expect(meantStage({ written: 'alpine' })).toBeNull();
  });
});
