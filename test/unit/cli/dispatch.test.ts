import { describe, expect, it } from 'vitest';
import { commandGroups } from '../../../src/cli/command-table.ts';
import { commandLine } from '../../support/command-line.ts';
import { builtProject } from '../../support/project.ts';

describe('a word that is no command', () => {
  it.each(Object.keys(commandGroups))('is refused behind %s, with its help where no command is near', async (group) => {
    const { status, err } = await (await commandLine()).run(group, 'zzzzzzzzzzzz');
    expect(status).toBe(64);
    expect(err).toContain(`${group} has no command zzzzzzzzzzzz (see docker verify ${group} --help)`);
  });

  it('is refused, with the help of all where none is near, and is not printed at length', async () => {
    const { line, docker } = await builtProject();
    const { status, err } = await line.run('z'.repeat(5_000));
    expect(status).toBe(64);
    expect(err).toMatch(/has a command z{100} \(see docker verify --help\)\n$/);
    expect((await docker.calls()).filter((call) => call.includes('zzz'))).toEqual([]);
  });

  it('is refused where it is empty, and nothing is said to be near', async () => {
    const { status, err } = await (await commandLine()).run('');
    expect([status, err]).toEqual([64, expect.stringContaining('(see docker verify --help)')]);
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'is refused though every object of JavaScript has it: %s',
    async (word) => {
      const line = await commandLine();
      expect((await line.run(word)).status).toBe(64);
      expect((await line.run('help', word)).status).toBe(64);
      expect((await line.run('records', word)).status).toBe(64);
    },
  );
});

describe('help', () => {
  it('of a verb of buildx is what buildx says, and not ours', async () => {
    const { line, docker } = await builtProject();
    expect((await line.run('help', 'du')).status).toBe(0);
    expect((await docker.calls()).at(-1)).toBe('buildx du --help');
  });

  it.each(Object.keys(commandGroups))('of %s names its commands', async (group) => {
    const line = await commandLine();
    const { status, out } = await line.run('help', group);
    expect([status, out]).toEqual([0, expect.stringContaining(`Usage: docker verify ${group} COMMAND`)]);
    expect((await line.run(group, '--help')).out).toBe(out);
    expect((await line.run(group, '-h')).out).toBe(out);
    expect((await line.run(group, '--nonsense')).status).toBe(64);
  });

  it.each(['--help', '-h'])('is of everything where %s stands behind it', async (word) => {
    const line = await commandLine();
    const { status, out } = await line.run('help', word);
    expect([status, out]).toEqual([0, (await line.run('help')).out]);
  });

  it('is not asked for by a word behind the end of options, which is an operand', async () => {
    const { line } = await builtProject();
    expect((await line.run('records', 'show', '--help')).out).toContain('Usage:');
    const { status, out, err } = await line.run('records', 'show', '--', '--help');
    expect([status, out]).toEqual([64, '']);
    expect(err).toContain('no recorded build');
  });

  it.each(['build', 'bake'])('of %s is ours alone where there is no buildx, which is said', async (verb) => {
    const line = await commandLine();
    line.variables['PATH'] = '';
    const { status, out, err } = await line.run(verb, '--help');
    expect([status, out]).toEqual([0, expect.stringContaining(`Usage: docker verify ${verb}`)]);
    expect(err).toMatch(/warning: buildx cannot be asked for its own options: \S/);
  });
});

describe("in buildx's place", () => {
  it('only what builds is ours: everything else is handed over as it is, known or not', async () => {
    const { line, docker } = await builtProject();
    line.intercepted = true;
    for (const words of [['inspect', '--bootstrap'], ['version'], ['policy', 'check'], ['no-such-verb', '--x']]) {
      expect((await line.run(...words)).status).toBe(0);
      expect((await docker.calls()).at(-1)).toBe(
        words[0] === 'inspect' ? 'buildx inspect --bootstrap' : `buildx ${words.join(' ')}`,
      );
    }
    expect((await line.run('build', '.')).err).toContain('allowed');
  });

  it('help is its own, and of what builds ours too', async () => {
    const { line, docker } = await builtProject();
    line.intercepted = true;
    for (const words of [['--help'], ['-h', 'imagetools'], ['--help', '--', 'build', '.']]) {
      expect((await line.run(...words)).status).toBe(0);
      expect((await docker.calls()).at(-1)).toBe(`buildx ${words.join(' ')}`);
    }
    expect((await line.run('--help', 'build', '.')).out).toContain('--verify-policy');
  });
});
