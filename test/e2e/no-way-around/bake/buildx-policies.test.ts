import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acmePolicy, lab, projectFolder, runVerify, temporaryFolder } from '../../support/lab.ts';
import { scriptedBuildx } from '../../support/scripted-buildx.ts';

const { registry } = lab();
const sourcePolicy = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';

/** How buildx was started to build, with what its own policies would be given. */
interface Started {
  readonly args: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** Our own rules, as they lay in the file that the variable names. */
  readonly rules: string;
}

/**
 * A buildx that has policies of its own, as those from 0.31 on have: it takes `--policy` and reads `Dockerfile.rego`. What they say
 * stands in for Rego here: a policy that holds the word deny refuses. All else is the real one's.
 */
async function buildxWithPolicies() {
  const folder = await temporaryFolder();
  const script = `#!/bin/bash
verb=
for word in "$1" "$2" "$3" "$4"; do case $word in build|bake) verb=$word; break;; esac; done
printing=
case " $* " in *" --print "*) printing=1;; esac
if [ -z "$verb" ]; then exec '${lab().buildx}' "$@"; fi
if [ -z "$printing" ]; then
run='${folder}'/$(date +%s%N)-$$; mkdir "$run"
printf '%s\\0' "$@" > "$run/args"
cat /proc/$$/environ > "$run/environment"
cp "$${sourcePolicy}" "$run/rules"
fi
rest=(); denied=
while [ $# -gt 0 ]; do
  case $1 in
    --policy) case $2 in filename=*) grep -q deny "\${2#filename=}" && denied=1;; esac; shift 2;;
    --policy=*) v=\${1#--policy=}; case $v in filename=*) grep -q deny "\${v#filename=}" && denied=1;; esac; shift;;
    *) rest+=("$1"); shift;;
  esac
done
[ -f Dockerfile.rego ] && grep -q deny Dockerfile.rego && denied=1
if [ -n "$denied" ] && [ -z "$printing" ]; then echo 'ERROR: source not allowed by policy' >&2; exit 1; fi
exec '${lab().buildx}' "\${rest[@]}"
`;
  const configuration = await scriptedBuildx(script);
  const list = (text: string): readonly string[] => text.split('\0').slice(0, -1);
  const started = async (): Promise<readonly Started[]> => {
    const runs = await Promise.all(
      (await readdir(folder)).toSorted().map(async (run) => {
        const read = async (name: string): Promise<string> => await readFile(join(folder, run, name), 'utf8');
        const environment = list(await read('environment')).map((line): [string, string] => {
          const equals = line.indexOf('=');
          return [line.slice(0, equals), line.slice(equals + 1)];
        });
        return { args: list(await read('args')), environment: new Map(environment), rules: await read('rules') };
      }),
    );
    // what asks whether a builder obeys is no build of anybody's
    return runs.filter(({ rules }) => rules.includes(registry));
  };
  return { env: { DOCKER_CONFIG: configuration }, started };
}

const bakeFile = (image: string): string =>
  `target "default" {\n  dockerfile-inline = "FROM ${registry}/${image}"\n  output = ["type=cacheonly"]\n}\n`;

async function projectOn(image: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  return await projectFolder({
    Dockerfile: `FROM ${registry}/${image}\n`,
    'docker-bake.hcl': bakeFile(image),
    'docker-verify.yaml': acmePolicy(),
    'allow.rego': 'allow',
    'deny.rego': 'deny',
    ...files,
  });
}

const verbs: Readonly<Record<string, readonly string[]>> = { build: ['build', '-q', '.'], bake: ['bake'] };

describe.each(Object.entries(verbs))("buildx's own policies beside ours, in a %s:", (_verb, command) => {
  it('an image is used only where both allow it', async () => {
    const { env, started } = await buildxWithPolicies();
    const on = async (image: string, policy: string) => {
      const [verb = '', ...rest] = command;
      const args = [verb, '--policy', `filename=${policy}.rego`, ...rest];
      return await runVerify(args, { cwd: await projectOn(image), env });
    };
    expect(await on('signed/base:1', 'allow')).toMatchObject({ status: 0 });
    const [run, ...others] = await started();
    expect(others).toEqual([]);
    expect(run?.args.join(' ')).toMatch(/--policy[ =]filename=allow\.rego/);
    expect(run?.rules).toContain('"DENY"');
    expect(run?.rules).toContain('signed/base');
    // theirs refuses what ours allows: Docker's own status
    expect(await on('signed/base:1', 'deny')).toMatchObject({ status: 1 });
    // ours refuses what theirs allows: it is never started
    const before = (await started()).length;
    expect(await on('unsigned/base:1', 'allow')).toMatchObject({ status: 10 });
    expect(await started()).toHaveLength(before);
  });

  it('Dockerfile.rego and BUILDX_DEFAULT_POLICY reach it as they are', async () => {
    const { env, started } = await buildxWithPolicies();
    const on = async (image: string, rego: string) =>
      await runVerify(command, {
        cwd: await projectOn(image, { 'Dockerfile.rego': rego }),
        env: { ...env, BUILDX_DEFAULT_POLICY: '1' },
      });
    expect(await on('signed/base:1', 'allow')).toMatchObject({ status: 0 });
    expect((await started())[0]?.environment.get('BUILDX_DEFAULT_POLICY')).toBe('1');
    expect(await on('signed/base:1', 'deny')).toMatchObject({ status: 1 });
    expect(await on('unsigned/base:1', 'allow')).toMatchObject({ status: 10 });
  });

  it('and neither is in the way of the real one', async () => {
    const on = async (image: string) =>
      await runVerify(command, {
        cwd: await projectOn(image, { 'Dockerfile.rego': 'package docker\ndefault allow := true\n' }),
        env: { BUILDX_DEFAULT_POLICY: '1' },
      });
    expect(await on('signed/base:1')).toMatchObject({ status: 0 });
    expect(await on('unsigned/base:1')).toMatchObject({ status: 10 });
  });
});
