// Runs one build of the room `builder` in a process of its own, so that its standard streams can be watched.
// The request is the file named by the first argument; the answer is written beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  type Interruptions,
  type KeptInput,
  keepInput,
  locatePrograms,
  type Programs,
  readDenial,
  runBuilderVerb,
  runBuildx,
} from '../../../src/builder/index.ts';
import type { BuildAnswer, BuildRequest } from './request.ts';

const [, , file = ''] = process.argv;
// written by the test, in this shape
const request = JSON.parse(readFileSync(file, 'utf8')) as BuildRequest;

const interruptions: Interruptions = {
  sharedTerminal: false,
  cancelled: new AbortController().signal,
  listen: (listener) => {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => process.off('SIGINT', listener).off('SIGTERM', listener);
  },
};

async function runBuild(programs: Programs, verb: 'build' | 'bake'): Promise<BuildAnswer> {
  const { environment } = request;
  const kept: KeptInput | null = request.keepStdin ? await keepInput(process.stdin, environment) : null;
  try {
    const run = {
      ...request,
      verb,
      definition: null,
      variables: {},
      programs,
      stdin: kept ?? ('inherit' as const),
      interruptions,
    };
    let result = await runBuildx(run);
    for (let again = 0; again < request.repeat; again += 1) result = await runBuildx(run);
    const { builder } = request;
    const targets = request.targets.map((name) => ({ name, context: null, dockerfile: null }));
    const denied = await readDenial({ programs, environment, builder, result, targets, call: null });
    return { status: result.status, metadata: result.metadata, denied };
  } finally {
    kept?.dispose();
  }
}

async function answer(): Promise<BuildAnswer> {
  const { environment, verb } = request;
  const programs = request.programs ?? (await locatePrograms(environment, null));
  if (verb === 'build' || verb === 'bake') return runBuild(programs, verb);
  const args = [verb, ...request.args];
  const status = await runBuilderVerb(programs, environment, args, request.builder, interruptions);
  return { status, metadata: null, denied: null };
}

const outcome = await answer();
writeFileSync(`${file}.answer`, JSON.stringify(outcome));
process.exitCode = outcome.status;
