import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatedDefinition, renderDefinition } from '../../../../src/invocation/index.ts';

const of = (target: unknown) => evaluatedDefinition({ target: { app: target } }, null).targets[0]?.[1];
const rendered = (target: unknown): unknown => JSON.parse(renderDefinition(evaluatedDefinition({ target }, null)));

describe('evaluatedDefinition', () => {
  it('undoes the escapes of what buildx escapes, and of nothing else', () => {
    const target = {
      args: { A: '$${B}', C: null, D: '%%{if}', E: '$$${F}', G: '$$H' },
      labels: { l: '$${x}' },
      annotations: ['manifest:a=$${b}'],
      'dockerfile-inline': 'FROM $${BASE}\n',
      'extra-hosts': { h: '$${y}' },
      tags: ['a:$${b}'],
      context: '$${dir}',
    };
    expect(of(target)).toEqual({
      args: { A: '${B}', C: null, D: '%{if}', E: '$${F}', G: '$$H' },
      labels: { l: '${x}' },
      annotations: ['manifest:a=${b}'],
      'dockerfile-inline': 'FROM ${BASE}\n',
      'extra-hosts': { h: '${y}' },
      tags: ['a:$${b}'],
      context: '$${dir}',
    });
  });

  it('takes all as it is where a buildx before 0.23 escapes nothing', () => {
    const target = { args: { A: '${B}', C: '$${D}' }, 'dockerfile-inline': 'FROM ${BASE}\n' };
    expect(of(target)).toEqual(target);
  });

  it('keeps targets, arguments and contexts of any name', () => {
    const printed: unknown = JSON.parse(
      '{"target": {"__proto__": {"args": {"__proto__": "1", "1": "2"}, "contexts": {"__proto__": "./x"}}, "1": {}}}',
    );
    const { targets } = evaluatedDefinition(printed, null);
    expect(targets.map(([name]) => name)).toEqual(['1', '__proto__']);
    expect(Object.entries(targets[1]?.[1].args ?? {})).toEqual([
      ['1', '2'],
      ['__proto__', '1'],
    ]);
    expect(Object.entries(targets[1]?.[1].contexts ?? {})).toEqual([['__proto__', './x']]);
  });

  it.each([
    ['', {}],
    ['sub', {}],
    ['.', { src: './src' }],
  ])(
    'refuses the folder %j of a definition at a URL, which may be an archive or not (contexts %j)',
    (context, contexts) => {
      const origin = { url: 'https://example.com/bake.hcl', printsContexts: true, variables: {} };
      const read = (): unknown => evaluatedDefinition({ target: { app: { context, contexts } } }, origin);
      expect(read).toThrow(expect.objectContaining({ code: 'bake.invalid' }));
    },
  );

  it.each([['.'], ['https://example.com/other.git']])('takes the context %s of one as it is', (context) => {
    const origin = { url: 'https://example.com/bake.hcl', printsContexts: true, variables: {} };
    expect(evaluatedDefinition({ target: { app: { context } } }, origin).targets).toEqual([['app', { context }]]);
  });

  it('lends the credentials for the host of a definition to what lies there, as buildx does', () => {
    const variables = { BUILDX_BAKE_GIT_AUTH_TOKEN: 'secret' };
    const origin = { url: 'https://example.com/app.git', printsContexts: true, variables };
    const targets = {
      here: { context: '.' },
      there: { context: 'https://EXAMPLE.com/x.git' },
      other: { context: 'https://example.org/x.git' },
    };
    expect(
      evaluatedDefinition({ target: targets }, origin).targets.map(([name, { secret }]) => [name, secret]),
    ).toEqual([
      ['here', undefined],
      ['there', [{ id: 'GIT_AUTH_TOKEN.example.com', env: 'BUILDX_BAKE_GIT_AUTH_TOKEN' }]],
      ['other', undefined],
    ]);
  });

  it.each(['ssh://git@example.com/app.git', 'git@example.com:app.git'])('lends the agent where %s needs it', (url) => {
    const origin = { url, printsContexts: true, variables: {} };
    expect(evaluatedDefinition({ target: { app: { context: url } } }, origin).targets[0]?.[1].ssh).toEqual([
      { id: 'default' },
    ]);
  });
});

describe('renderDefinition', () => {
  it('leaves plain texts alone', () => {
    const target = { app: { args: { A: 'a$b %c' }, tags: ['x:1'], 'no-cache': true, pull: null } };
    expect(rendered(target)).toEqual({ target });
  });

  it('leaves nothing to evaluate, in names as in values', () => {
    expect(rendered({ app: { tags: ['a${b}'], contexts: { 'c%{d}': '$${e}' }, description: 'f' } })).toEqual({
      target: { app: { tags: ['a${"$"}{b}'], contexts: { 'c${"%"}{d}': '${"$"}${"$"}{e}' }, description: 'f' } },
    });
  });

  it('never leaves a sign of a template but its own', () => {
    const signs = fc.string({ unit: fc.constantFrom('$', '%', '{', '}', '"', 'a', '\\', '~') });
    fc.assert(
      fc.property(signs, (text) => {
        // the file is ours, in this shape
        const { target } = rendered({ app: { tags: [text] } }) as { target: { app: { tags: [string] } } };
        const [written] = target.app.tags;
        const left = written.replace(/\$\{"([$%])"\}/g, /[$%]\{/.test(text) ? '\u0000' : '$&');
        expect(left).not.toMatch(/[$%]\{/);
        expect(written.replace(/\$\{"([$%])"\}/g, /[$%]\{/.test(text) ? '$1' : '$&')).toBe(text);
      }),
    );
  });
});
