import { describe, expect, it } from 'vitest';
import { recordingRemark } from '../../../../../src/gate/examine/gather/recording.ts';

const remarkOn = (value: string | undefined): string | null =>
  recordingRemark({ variables: { DOCKER_VERIFY_RECORDS: value } });

describe('the switch for records', () => {
  it.each([undefined, '', 'on', 'off', 'OFF'])('is understood: %j', (value) => expect(remarkOn(value)).toBeNull());

  it.each(['no', '0', 'false', 'offf', ' off'])('is remarked on where it switches nothing: %j', (value) => {
    expect(remarkOn(value)).toContain(`"${value}", expected on or off`);
  });
});
