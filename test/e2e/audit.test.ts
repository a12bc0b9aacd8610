import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acmePolicy, dockerConfiguration, lab, type Outcome, projectFolder, runVerify } from './lab.ts';

const { registry, buildx } = lab();

/** A configuration folder whose buildx is the real one, but for what it records: `edit` is a sed script, on the metadata file. */
async function forgetfulBuildx(edit: string): Promise<string> {
  const configuration = await dockerConfiguration();
  const plugin = join(configuration, 'cli-plugins', 'docker-buildx');
  await rm(plugin);
  const script = `#!/bin/sh
'${buildx}' "$@"
status=$?
while [ $# -gt 0 ]; do
  if [ "$1" = --metadata-file ] && [ -f "$2" ]; then sed -i '${edit}' "$2"; fi
  shift
done
exit $status
`;
  await writeFile(plugin, script, { mode: 0o755 });
  return configuration;
}

async function build(edit: string, mode: 'enforce' | 'warn', options: readonly string[] = []): Promise<Outcome> {
  const Dockerfile = `FROM ${registry}/signed/base:1\nCOPY acme.pub /\n`;
  const folder = await projectFolder({ Dockerfile, 'docker-verify.yaml': acmePolicy({ mode }) });
  const env = { DOCKER_CONFIG: await forgetfulBuildx(edit) };
  return runVerify(['build', '-q', ...options, '.'], { cwd: folder, env });
}

const unchanged = 's/x/x/';
const otherDigest = `s/"sha256": "[0-9a-f]*"/"sha256": "${'0'.repeat(64)}"/g`;
const nothing = 's/buildx.build.provenance/something.else/';

it('a build whose record agrees with what was verified ends with 0', async () => {
  expect(await build(unchanged, 'enforce')).toMatchObject({ status: 0, stderr: '' });
});

it('a record of other bytes ends with 12 and names them, and what was made and pushed', async () => {
  const tag = `${registry}/audit/pushed:1`;
  const outcome = await build(otherDigest, 'enforce', ['--push', '-t', tag]);
  expect(outcome.status).toBe(12);
  expect(outcome.stderr).toMatch(
    /^docker verify: sha256:[0-9a-f]{64}, pushed to .*audit\/pushed:1, .*signed\/base.*\n$/,
  );
});

it('no record at all ends with 12', async () => {
  const outcome = await build(nothing, 'enforce');
  expect(outcome.status).toBe(12);
  expect(outcome.stderr).toMatch(/^docker verify: .*recorded nothing.*\n$/);
});

it.each([otherDigest, nothing])('in warn mode the build stands', async (edit) => {
  expect(await build(edit, 'warn')).toMatchObject({ status: 0 });
});
