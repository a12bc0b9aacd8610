import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type BuildKitEndpointOptions, startBuildKitEndpoint } from '../../../scripts/lab/buildkit-endpoint.ts';
import { buildImage, lab, mustRun, runDocker, sign, temporaryFolder } from '../support/lab.ts';

const { registry, keys, dockerHost, secondDockerHost } = lab();

/** Whether this lab has a BuildKit to make builders of: that of the engine whose image store can push and load. */
export const hasBuildKit = secondDockerHost !== null;

const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  // a container of a builder is removed through the endpoint that it speaks to
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Takes something back when the test file is over. */
export function later(close: () => Promise<unknown>): void {
  closing.push(close);
}

async function offer(options: BuildKitEndpointOptions): Promise<string> {
  const endpoint = await startBuildKitEndpoint(options);
  later(() => endpoint.close());
  return endpoint.address;
}

/** A BuildKit at an address of its own: that of the engine with the containerd store, or the buildkitd that LAB_BUILDKIT names. */
export async function buildKit(options: { readonly socket?: string } = {}): Promise<string> {
  const real = process.env['LAB_BUILDKIT'];
  if (real !== undefined && options.socket === undefined) return real;
  return await offer({ engine: secondDockerHost ?? '', ...options });
}

/** Another BuildKit, with a store and a history of its own: that of the classic engine, which exports no images. */
export async function otherBuildKit(): Promise<string> {
  return await offer({ engine: dockerHost });
}

/** Variables with a folder of builders of their own, which buildx keeps nothing else in. */
export async function ownBuilders(): Promise<Readonly<Record<string, string>>> {
  return { BUILDX_CONFIG: join(await temporaryFolder(), 'buildx') };
}

/** Lets buildx make a builder, or append a node to it. */
export async function createBuilder(
  env: Readonly<Record<string, string>>,
  name: string,
  options: readonly string[],
): Promise<void> {
  await mustRun(lab(), lab().docker, ['buildx', 'create', '--name', name, ...options], { env });
}

const daemon = `#!/bin/sh
trap 'exit 0' TERM INT
while :; do sleep 1000 & wait $!; done
`;
const client = `#!/bin/sh
case "$*" in *dial-stdio*) exec nc 127.0.0.1 "$BUILDKIT_PORT" ;; esac
`;

/**
 * Pushes an image that can stand where \`moby/buildkit\` does: its \`buildctl dial-stdio\` leads to the BuildKit at the port
 * in BUILDKIT_PORT. Signed by acme where that is asked for.
 */
export async function pushBuilderImage(reference: string, signed: boolean): Promise<string> {
  const dockerfile = `FROM ${registry}/unsigned/base:1\nCOPY buildctl buildkitd /usr/bin/\nENTRYPOINT ["buildkitd"]\n`;
  await buildImage(lab(), reference, dockerfile, { buildctl: client, buildkitd: daemon });
  if (signed) await sign(lab(), reference, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  return reference;
}

/** Lets buildx make a builder of the docker-container driver, not yet started; it is removed with the test file. */
export async function createContainerBuilder(
  env: Readonly<Record<string, string>>,
  name: string,
  image: string,
): Promise<void> {
  const port = (await buildKit()).split(':').at(-1);
  const options = `image=${image},network=host,env.BUILDKIT_PORT=${port}`;
  await createBuilder(env, name, ['--driver', 'docker-container', '--driver-opt', options]);
  later(() => runDocker(['buildx', 'rm', '--force', name], { env }));
}
