import { composeUsesBuildx, locatePlugin, readDockerConfiguration } from '../../../builder/index.ts';
import type { Examination } from '../../examine/examination/examination.ts';
import type { Session } from '../../session/session.ts';

const installFull = 'docker verify install --mode full';

async function examineAlias({ environment }: Session): Promise<Examination> {
  const { builderAlias } = await readDockerConfiguration(environment);
  const isOurs = builderAlias === 'verify';
  return {
    name: 'docker build, docker bake',
    result: isOurs ? 'good' : 'bypass',
    detail: isOurs ? 'come to us (aliases.builder = verify)' : `go to ${builderAlias ?? 'buildx'}`,
    hint: isOurs ? null : 'docker verify install',
  };
}

/** What compose builds reaches us through buildx alone, and old ones, or some variables, have it build by itself. */
async function examineCompose({ environment, executable }: Session, buildxIsOurs: boolean): Promise<Examination> {
  const name = 'docker compose build, up, create, run, watch';
  const bypass = (detail: string, hint: string): Examination => ({ name, result: 'bypass', detail, hint });
  const { real, intercepted } = await locatePlugin(environment, 'docker-compose', executable);
  if (real === null) return { name, result: 'good', detail: 'docker-compose is not installed', hint: null };
  if (!buildxIsOurs) return bypass('go to buildx, or build by themselves', installFull);
  if ((await composeUsesBuildx(real, environment)) === false)
    return bypass(`never reach us: ${real} is older than 2.31 and builds by itself`, 'update docker-compose');
  if (intercepted)
    return { name, result: 'good', detail: 'come to us, whatever COMPOSE_BAKE and DOCKER_BUILDKIT say', hint: null };
  const detail =
    'come to us, but not where COMPOSE_BAKE=false or DOCKER_BUILDKIT=0 is set, in the environment or in .env';
  return bypass(detail, `${installFull}, once more`);
}

/** The ways that are open whatever is installed. */
function otherWays({ environment }: Session): readonly Examination[] {
  return [
    {
      name: 'DOCKER_BUILDKIT=0 docker build',
      result: 'bypass',
      detail: 'never reaches us: Docker ignores the alias there',
      hint: 'use an engine without the legacy builder, or leave the variable unset',
    },
    {
      name: 'other programs',
      result: 'bypass',
      detail:
        'docker-compose and docker-buildx that are not started by docker, and what speaks to the engine by itself (SDKs, editors, nerdctl), never reach us',
      hint: 'build with docker',
    },
    {
      name: 'DOCKER_CONFIG',
      result: 'bypass',
      detail: `another folder than ${environment.dockerConfigDirectory} drops the alias, the plugin and the user's policy`,
      hint: 'put the policy that must hold into /etc/docker/verify',
    },
  ];
}

/** Which commands of Docker's reach us, and which ways lead around us. @throws VerifyError `config.invalid` */
export async function examineInterception(session: Session): Promise<readonly Examination[]> {
  const { intercepted } = await locatePlugin(session.environment, 'docker-buildx', session.executable);
  return [
    await examineAlias(session),
    {
      name: 'docker buildx build',
      result: intercepted ? 'good' : 'bypass',
      detail: intercepted ? 'comes to us' : 'goes to buildx',
      hint: intercepted ? null : installFull,
    },
    await examineCompose(session, intercepted),
    ...otherWays(session),
  ];
}
