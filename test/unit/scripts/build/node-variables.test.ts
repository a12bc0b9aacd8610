import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { unheardVariables, withoutVariables } from '../../../../scripts/build/node-variables.ts';

const all = unheardVariables.join('\0');

describe('a Node made deaf to variables', () => {
  it('holds their names nowhere, and everything else where it stood', () => {
    const node = Buffer.from(`start ${all} process.env.${unheardVariables[0]} ${all} end`, 'latin1');
    const before = node.toString('latin1');
    const after = withoutVariables(Buffer.from(node)).toString('latin1');
    expect(after).toHaveLength(before.length);
    for (const name of unheardVariables) expect(after).not.toContain(name);
    expect(after.replaceAll('$ODE_', 'NODE_').replaceAll('$ATCH_', 'WATCH_')).toBe(before);
  });

  it.each(unheardVariables)('is not made of one that knows no %s', (name) => {
    expect(() => withoutVariables(Buffer.from(all.replace(name, 'NODE_RENAMED')))).toThrow(name);
  });
});

describe('the sources that Node holds', () => {
  it('stay what an engine can compile', () => {
    const source = unheardVariables.map((name) => `process.env.${name}; delete process.env.${name};`).join('\n');
    const deaf = withoutVariables(Buffer.from(`${source} // ${all}`)).toString();
    expect(() => new Script(deaf)).not.toThrow();
  });
});
