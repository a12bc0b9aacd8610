import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { stringifyYaml } from '../../../../../src/policy/language/schema/stringify-yaml.ts';
import { visibleDocument } from '../../../../../src/report/index.ts';
import { harmIn } from '../../../report/hostile.ts';

describe('YAML that this program writes', () => {
  it('would do harm, or say something else, as the library writes it', () => {
    const [name, command] = ['x\u202ey', 'a\n::error::pwned\nb'];
    expect(harmIn(stringify({ name }))).not.toBeNull();
    expect(harmIn(stringify({ command }))).not.toBeNull();
    expect(parse(visibleDocument(stringify({ name })))).not.toEqual({ name });
  });

  it('leaves a key in PEM as the lines that it has', () => {
    const pem = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n';
    expect(stringifyYaml({ key: pem })).toBe(`key: |\n${pem.replace(/^(?=.)/gm, '  ')}`);
  });
});
