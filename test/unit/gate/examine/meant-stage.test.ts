import { describe, expect, it } from 'vitest';
import { meantStage } from '../../../../src/gate/examine/meant-stage.ts';

describe('a word for an image that may have been meant for a stage', () => {
  it('is told the stage that has nearly that name', () => {
    expect(meantStage({ written: 'bulder', nearStage: 'builder' })).toBe(
      'no stage is called "bulder": if the stage "builder" is meant, write that',
    );
  });

  it('is told that the stage of that name comes too late', () => {
    expect(meantStage({ written: 'Builder', nearStage: 'builder' })).toContain('"builder" comes too late');
  });

  it('is told nothing where no stage is near', () => {
    expect(meantStage({ written: 'alpine' })).toBeNull();
  });
});
