import { describe, expect, it } from 'vitest';
import { acmePolicy, lab, projectFolder, runVerify } from '../support/lab.ts';
import { scriptedBuildx } from '../support/scripted-buildx.ts';

const { registry, buildx } = lab();
const sourcePolicy = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';

/** A buildx that, while it builds, also builds the folder that is given, as another terminal might; a source policy denies that all images. */
async function besideBuildOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const script = `#!/bin/sh
case " $* " in *" build "*|*" bake --file "*)
  (cd ${folder} && ${sourcePolicy}=${folder}/deny.json ${buildx} buildx build --output=type=cacheonly . >/dev/null 2>&1 </dev/null) ;;
esac
exec ${buildx} "$@"
`;
  return { DOCKER_CONFIG: await scriptedBuildx(script) };
}

describe('a build that fails while another one is denied an image', () => {
  const dockerfile = `FROM ${registry}/signed/base:1\nRUN --network=none exit 7 # ${process.pid}\n`;
  const denied = {
    Dockerfile: `FROM ${registry}/unsigned/base:1\n`,
    'deny.json': JSON.stringify({ rules: [{ action: 'DENY', selector: { identifier: 'docker-image://*' } }] }),
  };

  it.each([['build', '--output=type=cacheonly', '.'], ['bake']])('ends as Docker ends it: %s', async (...args) => {
    const env = await besideBuildOf(await projectFolder(denied));
    const bake = JSON.stringify({ target: { default: { output: ['type=cacheonly'] } } });
    const files = { Dockerfile: dockerfile, 'docker-bake.json': bake, 'docker-verify.yaml': acmePolicy() };
    const outcome = await runVerify(args, { cwd: await projectFolder(files), env });
    expect(outcome).toMatchObject({ status: 1 });
    expect(outcome.stderr).toContain('exit code: 7');
    expect(outcome.stderr).not.toContain('denied');
    expect(outcome.stderr).not.toContain('unsigned/base');
  });
});
