import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { alone } from '../../../../scripts/lint/vitest.config.ts';

const files = readdirSync('test/e2e', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => join('test/e2e', path));

it('those that nothing may run beside are files that there are, each once', () => {
  expect(alone.filter((path) => !existsSync(path))).toEqual([]);
  expect(new Set(alone).size).toBe(alone.length);
});

it('no two of the files that run at once push images under the same names', () => {
  const rooms = files.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/pushGoodAndEvil\('([^']+)'\)/g)].map(([, room = '']) => room),
  );
  expect(rooms.length).toBeGreaterThan(10);
  expect(rooms.filter((room, index) => rooms.indexOf(room) !== index)).toEqual([]);
});
