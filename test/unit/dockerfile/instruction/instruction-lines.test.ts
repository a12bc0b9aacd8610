import { describe, expect, it } from 'vitest';
import { parseInstructionLines, placeIn } from '../../../../src/dockerfile/instruction/instruction-lines.ts';

function textsOf(source: string): readonly string[] {
  return parseInstructionLines(source, 'Dockerfile').nodes.map(({ text }) => text);
}

describe('parseInstructionLines', () => {
  it.each([
    ['joins continued lines', 'RUN a \\\n  b\n', ['RUN a   b']],
    ['skips comments and empty lines within', 'RUN a \\\n# x \\\n\n  # y\n b\n', ['RUN a  b']],
    ['goes on after blanks behind the escape', 'RUN a \\ \t\nb\n', ['RUN a b']],
    ['does not go on after an escaped escape', 'RUN a\\\\\nRUN b\n', ['RUN a\\\\', 'RUN b']],
    [
      'goes on after a backtick where that is the escape',
      '# escape=`\nRUN C:\\\nRUN a `\n b\n',
      ['RUN C:\\', 'RUN a  b'],
    ],
    ['takes heredocs out', 'RUN <<A <<B\nFROM x\nA\nFROM y\nB\nRUN c\n', ['RUN <<A <<B', 'RUN c']],
    ['takes heredocs with tabs out', 'COPY <<-"A" /x\n\tFROM x\n\tA\nRUN c\n', ['COPY <<-"A" /x', 'RUN c']],
    ['finds no heredoc in quotes', 'RUN "<<A"\nRUN c\n', ['RUN "<<A"', 'RUN c']],
    ['finds no heredoc behind an open quote', "RUN it's <<A\nRUN c\n", ["RUN it's <<A", 'RUN c']],
    ['finds no heredoc in JSON', 'RUN ["<<A"]\nRUN c\n', ['RUN ["<<A"]', 'RUN c']],
    ['finds no heredoc where none is allowed', 'ENV a=<<A\nCMD <<A\nRUN c\n', ['ENV a=<<A', 'CMD <<A', 'RUN c']],
    ['takes carriage returns for line ends only at the end', 'RUN a\rb\r\nRUN c\r\n', ['RUN a\rb', 'RUN c']],
  ])('%s', (_, source, expected) => {
    expect(textsOf(source)).toEqual(expected);
  });

  it('keeps what a heredoc holds, and whether it is expanded', () => {
    const [node] = parseInstructionLines("RUN <<A <<'B'\n$x\nA\n$y\nB\n", 'Dockerfile').nodes;
    expect(node?.heredocs).toMatchObject([
      { name: 'A', content: '$x\n', expands: true },
      { name: 'B', content: '$y\n', expands: false },
    ]);
  });

  it('finds the place of each character, whatever stands between', () => {
    const [, node] = parseInstructionLines('FROM a\n  RUN a \\\n# x\n\n bc \\\n\td\n', 'Dockerfile').nodes;
    const at = (text: string): unknown => placeIn(node as never, node?.text.indexOf(text) ?? -1);
    expect(at('RUN')).toEqual({ file: 'Dockerfile', line: 2, column: 3 });
    expect(at('bc')).toEqual({ file: 'Dockerfile', line: 5, column: 2 });
    expect(at('d')).toEqual({ file: 'Dockerfile', line: 6, column: 2 });
  });

  it('refuses a line that BuildKit could not hold', () => {
    expect(textsOf(`RUN ${'a'.repeat(65_531)}`)).toHaveLength(1);
    expect(() => textsOf(`RUN ${'a'.repeat(65_532)}`)).toThrow(/greater than max allowed size/);
    expect(() => textsOf(`RUN ${'é'.repeat(32_768)}\n`)).toThrow(/greater than max allowed size/);
  });
});
