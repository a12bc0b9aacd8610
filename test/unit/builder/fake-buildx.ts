import { join } from 'node:path';
import type { Programs } from '../../../src/builder/programs/programs.ts';
import { writeProgram } from '../../support/write-program.ts';
import { temporaryFolder } from './test-environment.ts';

/** A buildx that answers these words with these texts, and all others with status 1. */
export async function fakeBuildx(answers: Readonly<Record<string, string>>): Promise<Programs> {
  const buildx = join(temporaryFolder(), 'docker-buildx');
  const cases = Object.entries(answers).map(([words, text]) => `'${words}') printf '%s' '${text}' ;;`);
  // the plugin's own name and the builder, which are always there, are left out
  const words = 'words=$(printf "%s" "$*" | sed "s/^buildx //; s/ --builder .*//")';
  writeProgram(
    buildx,
    `#!/bin/sh\n${words}\ncase "$words" in\n${cases.join('\n')}\n*) echo "ERROR: $words" >&2; exit 1 ;;\nesac\n`,
  );
  return { docker: null, buildx };
}
