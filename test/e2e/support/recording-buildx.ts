import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lab, temporaryFolder } from './lab.ts';
import { scriptedBuildx } from './scripted-buildx.ts';

/** One run of buildx, as it was started. */
export interface RecordedRun {
  readonly args: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** What lay in the file after `--file`, null where it was no absolute path. */
  readonly definition: string | null;
}

/** A buildx that writes down how it is started, and then runs the real one. */
export interface RecordingBuildx {
  /** `DOCKER_CONFIG` with it. */
  readonly env: Readonly<Record<string, string>>;
  /** The bakes so far, in order. */
  bakes(): Promise<readonly RecordedRun[]>;
}

const listOf = (text: string): readonly string[] => text.split('\0').slice(0, -1);

async function readRun(folder: string): Promise<RecordedRun> {
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const environment = listOf(await read('environment')).map((line) => {
    const equals = line.indexOf('=');
    return [line.slice(0, equals), line.slice(equals + 1)] as const;
  });
  const definition = await read('definition').catch(() => null);
  return { args: listOf(await read('args')), environment: new Map(environment), definition };
}

/** `after` is a command that runs once the user's own definition was evaluated. */
export async function recordingBuildx(after = ':'): Promise<RecordingBuildx> {
  const folder = await temporaryFolder();
  const script = `#!/bin/sh
case " $* " in *" bake "*) ;; *) exec ${lab().buildx} "$@" ;; esac
run=${folder}/$(date +%s%N)-$$
mkdir "$run"
printf '%s\\0' "$@" > "$run/args"
cat /proc/$$/environ > "$run/environment"
own=no
for argument; do
  [ "$before" = --file ] && case "$argument" in /*) own=yes; cat "$argument" > "$run/definition" ;; esac
  before=$argument
done
case "$own $* " in "no "*" --print "*) ${lab().buildx} "$@"; status=$?; ${after}; exit $status ;; esac
exec ${lab().buildx} "$@"
`;
  const configuration = await scriptedBuildx(script);
  return {
    env: { DOCKER_CONFIG: configuration },
    bakes: async () => Promise.all((await readdir(folder)).toSorted().map((name) => readRun(join(folder, name)))),
  };
}
