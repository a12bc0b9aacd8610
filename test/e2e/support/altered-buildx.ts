import { lab } from './lab.ts';
import { scriptedBuildx } from './scripted-buildx.ts';

export interface AlteredBuildxOptions {
  /** A sed script, run on the metadata file that the real buildx wrote. */
  readonly edit?: string;
  /** What `buildx history` answers: as it is, without any provenance, with no record of any build, or as a buildx that has no such command. */
  readonly history?: 'real' | 'bare' | 'empty' | 'none';
  /** What it says of its version; left out: the real one. */
  readonly version?: string;
}

const histories = {
  real: '',
  bare: `if [ "$2" = history ]; then echo '{"Ref": "x"}'; exit 0; fi`,
  // what buildx says of a builder that records nothing (buildx, commands/history)
  empty: `if [ "$2" = history ]; then
  if [ "$3" = ls ]; then echo 'BUILD ID NAME STATUS CREATED AT DURATION'; exit 0; fi
  echo 'ERROR: no record found for ref' >&2; exit 1
fi`,
  none: `if [ "$2" = history ]; then echo 'ERROR: unknown command: docker buildx history' >&2; exit 1; fi`,
};

/** A configuration folder whose buildx is the real one, but for what it records. */
export async function alteredBuildx({
  edit = 's/x/x/',
  history = 'real',
  version,
}: AlteredBuildxOptions): Promise<string> {
  return await scriptedBuildx(`#!/bin/sh
${histories[history]}
${version === undefined ? '' : `if [ "$2" = version ]; then echo 'github.com/docker/buildx ${version} x'; exit 0; fi`}
'${lab().buildx}' "$@"
status=$?
while [ $# -gt 0 ]; do
  if [ "$1" = --metadata-file ] && [ -f "$2" ]; then sed -i '${edit}' "$2"; fi
  shift
done
exit $status
`);
}
