import type { Descriptor } from '../../src/model/index.ts';
import type { MemoryRegistry } from '../unit/oci/memory-registry.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { type FakeDocker, fakeDocker } from './fake-docker.ts';
import {
  addImage,
  attach,
  type KeyHolder,
  newKeyHolder,
  policyFor,
  signImage,
  spdxOf,
  startRegistry,
} from './signed-registry.ts';

/** A project that builds on `app:1`, which Acme has signed, under a policy that asks for that; `other:1` is unsigned. */
export interface Project {
  readonly registry: MemoryRegistry;
  readonly acme: KeyHolder;
  readonly line: CommandLine;
  readonly app: { readonly name: string; readonly image: Descriptor };
  readonly other: { readonly name: string; readonly image: Descriptor };
}

/** Its images have SBOMs, which are unsigned. */
export async function signedProject(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const [registry, acme] = [await startRegistry(), newKeyHolder()];
  const app = addImage(registry, 'app');
  const diffIds = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
  const other = addImage(registry, 'other', '1', { rootfs: { type: 'layers', diff_ids: diffIds } });
  signImage(registry, 'app', app, acme);
  attach(registry, 'app', app, spdxOf('musl@1.2.5-r0', 'busybox@1.36.1-r29'), 'application/spdx+json');
  attach(registry, 'other', other, spdxOf('musl@1.2.5-r1'), 'application/spdx+json');
  const line = await commandLine({
    Dockerfile: `FROM ${registry.host}/app:1\n`,
    'docker-verify.yaml': policyFor(registry, acme, 'app'),
    ...files,
  });
  const named = (repository: string): string => `${registry.host}/${repository}:1`;
  return {
    registry,
    acme,
    line,
    app: { name: named('app'), image: app },
    other: { name: named('other'), image: other },
  };
}

/** Such a project with an engine and a buildx, which records that it used what was verified. */
export async function builtProject(
  files: Readonly<Record<string, string>> = {},
): Promise<Project & { readonly docker: FakeDocker }> {
  const project = await signedProject(files);
  const docker = await fakeDocker(project.line);
  await docker.builds({ materials: [{ name: project.app.name, digest: project.app.image.digest }] });
  return { ...project, docker };
}
