import { describe, expect, it } from 'vitest';
import { namesOf, refusalOf, scan, usesOf } from '../scan.ts';

describe('ONBUILD', () => {
  const onbuild = { 'docker.io/library/base:1': ['COPY --from=tools:2 / /', 'RUN --mount=from=other,target=/m true'] };

  it('lists what the triggers of a base ask for, at the FROM that sets them off', () => {
    expect(usesOf('FROM base:1 AS App\n', 'docker.io/library/tools:2', { onbuild })).toEqual([
      { kind: 'onbuild', stage: 'App', line: 1, column: 6 },
    ]);
    expect(usesOf('FROM base:1 AS App\n', 'docker.io/library/other:latest', { onbuild })).toHaveLength(1);
  });

  it('leaves them out where the stage is not needed, or has another base', () => {
    expect(namesOf(scan('FROM base:1 AS a\nFROM alpine\n', { onbuild }))).toEqual(['docker.io/library/alpine:latest']);
    expect(namesOf(scan('FROM base:2\n', { onbuild }))).toEqual(['docker.io/library/base:2']);
  });

  it('prefers a stage to an image in a trigger', () => {
    const names = namesOf(
      scan('FROM busybox AS tools\nFROM base:1\n', {
        onbuild: { 'docker.io/library/base:1': ['COPY --from=tools / /'] },
      }),
    );
    expect(names).toEqual(['docker.io/library/base:1', 'docker.io/library/busybox:latest']);
  });

  it('names the trigger’s own line where the Dockerfile has it', () => {
    const source = 'FROM alpine AS a\nONBUILD COPY --from=nginx / /\nFROM a\n';
    expect(usesOf(source, 'docker.io/library/nginx:latest')).toEqual([
      { kind: 'onbuild', stage: '1', line: 2, column: 1 },
    ]);
  });

  it.each(['FROM x', 'COPY --from=$X / /', 'FOO', 'COPY a', ''])('refuses the trigger %j at the FROM', (trigger) => {
    expect(refusalOf('FROM base:1\n', { onbuild: { 'docker.io/library/base:1': [trigger] } })).toMatch(
      /^Dockerfile:1:/,
    );
  });
});

describe('what BuildKit refuses', () => {
  it.each([
    ['an empty file', '', 'Dockerfile:-:- the Dockerfile cannot be empty'],
    ['a file of comments', '# x\n', 'Dockerfile:1:1 file with no instructions'],
    ['a file without a stage', 'ARG X\n', 'Dockerfile:-:- dockerfile contains no stages to build'],
    ['an instruction before FROM', '\n RUN x\n', 'Dockerfile:2:2 no build stage in current context'],
    ['an unknown instruction', 'FROM a\n  FOO x\n', 'Dockerfile:2:3 unknown instruction: FOO'],
    ['a heredoc without end', 'FROM a\nRUN <<E\nx\n', 'Dockerfile:2:1 unterminated heredoc'],
    ['an unknown flag', 'FROM a\nCOPY --form=b / /\n', 'Dockerfile:2:1 unknown flag: --form'],
    [
      'a base in upper case',
      'FROM Alpine\n',
      'Dockerfile:1:6 failed to parse stage name "Alpine": invalid reference format: repository names are lower case',
    ],
    [
      'an empty tag',
      'FROM x AS a\nFROM alpine:$V\n',
      'Dockerfile:2:6 failed to parse stage name "alpine:": invalid reference format: "" is not a tag',
    ],
    ['a blank base', 'FROM $V\n', 'Dockerfile:1:6 base name ($V) should not be blank'],
    ['an unset variable', 'FROM ${V:?needed}\n', 'Dockerfile:1:6 failed to process "${V:?needed}": V: needed'],
    [
      'a variable in --from',
      'FROM a\nCOPY --from=$V / /\n',
      'Dockerfile:2:1 variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
    ],
    [
      'a variable in a mount',
      'FROM a\nRUN --mount=from=$V true\n',
      "Dockerfile:2:1 'from' doesn't support variable expansion, define alias stage instead",
    ],
    [
      'a stage that reads from itself',
      'FROM a AS x\nCOPY --from=x / /\n',
      'Dockerfile:2:1 circular dependency detected on stage: x',
    ],
    ['a stage number that is not there', 'FROM a\nCOPY --from=3 / /\n', 'Dockerfile:2:1 invalid stage index 3'],
    [
      'a directive given twice',
      '# escape=`\n# escape=`\nFROM a\n',
      'Dockerfile:2:1 only one escape parser directive can be used',
    ],
    ['another escape', '# escape=x\nFROM a\n', "Dockerfile:1:1 invalid escape token 'x' does not match ` or \\"],
  ])('is refused with the place: %s', (_, source, expected) => {
    expect(refusalOf(source)).toBe(expected);
  });

  it('refuses a target that is not there, by number too', () => {
    expect(refusalOf('FROM a AS x\n', { stage: 'y' })).toBe('Dockerfile:-:- target stage "y" could not be found');
    expect(refusalOf('FROM a AS x\n', { stage: '0' })).toMatch(/could not be found/);
    expect(namesOf(scan('FROM a AS x\nFROM b\n', { stage: 'X' }))).toEqual(['docker.io/library/a:latest']);
  });

  it('refuses what is wrong in a stage that is built, and lets it pass in one that is not', () => {
    const broken = 'STOPSIGNAL FOO\n';
    expect(refusalOf(`FROM a\n${broken}`)).toMatch(/^Dockerfile:2:1 invalid signal/);
    expect(namesOf(scan(`FROM a AS x\n${broken}FROM b\n`))).toEqual(['docker.io/library/b:latest']);
  });

  it('does not refuse what the environment of an unread base may provide', () => {
    expect(() => scan('FROM node\nENV A=${NODE_VERSION:?none}\n')).not.toThrow();
    expect(refusalOf('FROM scratch\nENV A=${NODE_VERSION:?none}\n')).toMatch(/NODE_VERSION: none/);
    expect(refusalOf('FROM node\nARG X\nENV A=${X:?none}\n')).toMatch(/X: none/);
  });
});
