import { describe, expect, it } from 'vitest';
import { parseUserPolicy } from '../../../../src/builder/source-policy/user-policy.ts';
import { evaluateUserPolicy } from '../../../../src/builder/source-policy/user-policy-evaluation.ts';

type Short = readonly [action: string, identifier: string, target?: string | null, type?: string];

async function evaluate(rules: readonly Short[], source: string): Promise<readonly [string, string | null]> {
  const written = rules.map(([action, identifier, target, type]) => ({
    action,
    selector: { identifier, match_type: type ?? 'WILDCARD' },
    ...(target === undefined || target === null ? {} : { updates: { identifier: target } }),
  }));
  const verdict = evaluateUserPolicy(await parseUserPolicy(JSON.stringify({ rules: written }), 'p.json'), source);
  return [verdict.action, verdict.converted];
}

const alpine = 'docker-image://docker.io/library/alpine:3';

describe('evaluateUserPolicy', () => {
  const cases: readonly (readonly [string, readonly Short[], string, readonly [string, string | null]])[] = [
    ['no rule: allowed', [], alpine, ['allow', null]],
    [
      'the last rule wins',
      [
        ['DENY', '*'],
        ['ALLOW', alpine],
      ],
      alpine,
      ['allow', null],
    ],
    [
      'the last rule wins, the other way round',
      [
        ['ALLOW', alpine],
        ['DENY', '*'],
      ],
      alpine,
      ['deny', null],
    ],
    ['a star spans slashes', [['DENY', 'docker-image://*alpine:*']], alpine, ['deny', null]],
    ['a dot is a dot', [['DENY', 'docker-image://docker.io/library/alpine.3']], alpine, ['allow', null]],
    ['a wildcard is anchored', [['DENY', 'docker-image://docker.io/library/alpine']], alpine, ['allow', null]],
    ['a regular expression is not', [['DENY', 'alpine', null, 'REGEX']], alpine, ['deny', null]],
    ['EXACT is a literal', [['DENY', 'docker-image://*', null, 'EXACT']], alpine, ['allow', null]],
    ['EXACT matches itself', [['DENY', alpine, null, 'EXACT']], alpine, ['deny', null]],
    [
      'a text equal to the selector matches by any type',
      [
        ['DENY', 'a(b', null, 'EXACT'],
        ['DENY', 'x'],
      ],
      'a(b',
      ['deny', null],
    ],
    ['converts', [['CONVERT', alpine, 'docker-image://m/alpine:3']], alpine, ['allow', 'docker-image://m/alpine:3']],
    [
      'converts with groups',
      [['CONVERT', 'docker-image://docker.io/*:*', 'docker-image://m/$1:\u0024{2}-x']],
      alpine,
      ['allow', 'docker-image://m/library/alpine:3-x'],
    ],
    [
      'a group name takes all letters after the dollar',
      [['CONVERT', 'docker-image://docker.io/*:*', 'docker-image://m/$1_x:$2']],
      alpine,
      ['allow', 'docker-image://m/:3'],
    ],
    [
      'converts by a regular expression',
      [['CONVERT', '^docker-image://docker\\.io/(?P<path>.*)$', 'docker-image://m/\u0024{path}', 'REGEX']],
      alpine,
      ['allow', 'docker-image://m/library/alpine:3'],
    ],
    [
      'a regular expression replaces what it matches',
      [['CONVERT', 'docker\\.io', 'm.example', 'REGEX']],
      alpine,
      ['allow', 'docker-image://m.example/library/alpine:3'],
    ],
    [
      'judges what it converted to',
      [
        ['CONVERT', alpine, 'docker-image://m/alpine:3'],
        ['DENY', 'docker-image://m/*'],
      ],
      alpine,
      ['deny', 'docker-image://m/alpine:3'],
    ],
    [
      'a conversion comes before a denial of the name',
      [
        ['DENY', alpine],
        ['CONVERT', alpine, 'docker-image://m/a:3'],
      ],
      alpine,
      ['allow', 'docker-image://m/a:3'],
    ],
    [
      'a conversion to itself changes nothing',
      [
        ['CONVERT', alpine, alpine],
        ['DENY', alpine],
      ],
      alpine,
      ['deny', null],
    ],
    ['an empty target is the selector', [['CONVERT', alpine, '']], alpine, ['allow', null]],
    [
      'chains',
      [
        ['CONVERT', 'a:1', 'b:1'],
        ['CONVERT', 'b:1', 'c:1'],
      ],
      'a:1',
      ['allow', 'c:1'],
    ],
  ];
  it.each(cases)('%s', async (_title, rules, source, expected) => {
    expect(await evaluate(rules, source)).toEqual(expected);
  });

  it.each<readonly [string, readonly Short[]]>([
    [
      'a conversion without end',
      [['CONVERT', 'docker-image://docker.io/library/alpine:*', 'docker-image://docker.io/library/alpine:x$1']],
    ],
    ['two stars', [['DENY', 'docker-image://**']]],
    ['a regular expression that is none', [['DENY', '(', null, 'REGEX']]],
    ['a look-ahead, which RE2 has not', [['DENY', '(?=a)', null, 'REGEX']]],
  ])('cannot evaluate %s', async (_title, rules) => {
    await expect(evaluate(rules, alpine)).rejects.toMatchObject({ code: 'builder.policy-unsupported' });
  });

  it('cannot evaluate a rule that hangs on attributes, where its name matches', async () => {
    const rule = (identifier: string) => ({
      action: 'ALLOW',
      selector: { identifier, constraints: [{ key: 'image.resolvemode', value: 'pull', condition: 'EQUAL' }] },
    });
    const policy = await parseUserPolicy(JSON.stringify({ rules: [rule('docker-image://*')] }), 'p.json');
    expect(() => evaluateUserPolicy(policy, alpine)).toThrow(/attributes/);
    const elsewhere = await parseUserPolicy(JSON.stringify({ rules: [rule('https://*')] }), 'p.json');
    expect(evaluateUserPolicy(elsewhere, alpine).action).toBe('allow');
  });

  it('takes time in proportion to the text, whatever the expression', async () => {
    const start = performance.now();
    await evaluate([['DENY', '^(a+)+$', null, 'REGEX']], `${'a'.repeat(20_000)}!`);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('answers for many images by many rules without delay', async () => {
    const rules = Array.from({ length: 2_000 }, (_, index) => ({
      action: 'DENY',
      selector: { identifier: `docker-image://r${index}.example/*` },
    }));
    const policy = await parseUserPolicy(JSON.stringify({ rules }), 'p.json');
    const start = performance.now();
    for (let image = 0; image < 50; image += 1) {
      const expected = image % 2 === 0 ? 'deny' : 'allow';
      const host = image % 2 === 0 ? `r${image}` : `s${image}`;
      expect(evaluateUserPolicy(policy, `docker-image://${host}.example/base:1`).action).toBe(expected);
    }
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
