import { expect, it } from 'vitest';
import { splitCommand } from '../../../../src/dockerfile/text/split-command.ts';

it.each([
  ['FROM a', 'FROM', [], 'a'],
  ['  RUN\t a  b ', 'RUN', [], 'a  b'],
  ['COPY --from=x --link a b', 'COPY', ['--from=x', '--link'], 'a b'],
  ['COPY a --from=x b', 'COPY', [], 'a --from=x b'],
  ['COPY -- --from=x b', 'COPY', [], '--from=x b'],
  ['COPY --from="x y" b', 'COPY', ['--from=x y'], 'b'],
  ["COPY --from='x\\'y' b", 'COPY', ["--from=x'y"], 'b'],
  ['COPY --from=x\\ y b', 'COPY', ['--from=x y'], 'b'],
  ['RUN --mount=from=x', 'RUN', ['--mount=from=x'], ''],
  ['COPY --chown=ü a', 'COPY', ['--chown=Ã¼'], 'a'],
  ['', '', [], ''],
])('splits %j as BuildKit does', (line, keyword, flags, rest) => {
  expect(splitCommand(line, '\\')).toEqual({ keyword, flags, rest });
});
