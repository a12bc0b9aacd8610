import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../../../support/new-folder.ts';
import { writeProgram } from '../../../support/write-program.ts';

const run = promisify(execFile);

describe('a program that a test writes', () => {
  it('can be started at once, while others are started, and be replaced by another', async () => {
    const folder = newFolder('written');
    const written = Array.from({ length: 20 }, async (_, index) => {
      const file = join(folder, `it's "${index}"`);
      writeProgram(file, `#!/bin/sh\necho ${index}\n`);
      const first = (await run(file)).stdout;
      writeProgram(file, `#!/bin/sh\necho again ${index}\n`);
      return [first, (await run(file)).stdout];
    });
    expect(await Promise.all(written)).toEqual(
      Array.from({ length: 20 }, (_, index) => [`${index}\n`, `again ${index}\n`]),
    );
    expect(readdirSync(folder)).toHaveLength(20);
  });

  it('is another file than the one that was there, which somebody may have open for writing still', async () => {
    const file = join(newFolder('written'), 'program');
    const holds = `exec 3>'${file}'; printf '#!/bin/sh\\n' >&3; chmod 755 '${file}'; ('${file}') 2>&1; echo $?`;
    expect((await run('/bin/sh', ['-c', holds])).stdout).toContain('126');
    const start = `exec 3>>'${file}'; shift; ${'"$@"'}`;
    writeFileSync(file, '');
    const write = `import('${join(process.cwd(), 'test/support/write-program.ts')}').then((m) => { m.writeProgram('${file}', '#!/bin/sh\\necho started\\n'); process.stdout.write(require('child_process').execFileSync('${file}')); })`;
    const { stdout } = await run('/bin/sh', ['-c', start, 'sh', '-', process.execPath, '-e', write]);
    expect(stdout).toBe('started\n');
  });
});
