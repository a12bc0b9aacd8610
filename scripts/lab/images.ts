import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, type RunningLab, run } from './running-lab.ts';

/** The digest that a reference names now, or null where the registry has no such image. */
export async function findDigest(lab: RunningLab, reference: string): Promise<string | null> {
  const { status, stdout } = await run(lab, lab.crane, ['digest', '--insecure', reference]);
  return status === 0 ? stdout.trim() : null;
}

/** The digest that a reference names now. Throws where the registry has no such image. */
export function digestOf(lab: RunningLab, reference: string): Promise<string> {
  return mustRun(lab, lab.crane, ['digest', '--insecure', reference]);
}

/** `repository@digest` for what a tag names now. */
export async function pinned(lab: RunningLab, reference: string): Promise<string> {
  return reference.includes('@') ? reference : `${reference.replace(/:[^:/]+$/, '')}@${await digestOf(lab, reference)}`;
}

/** Copies an image, not what is attached to it. An index is copied whole. Answers the digest. */
export async function copyImage(lab: RunningLab, from: string, to: string): Promise<string> {
  await mustRun(lab, lab.crane, ['copy', '--insecure', from, to]);
  return digestOf(lab, to);
}

/** Lets `tag` name the image that `target` names: the same repository, or a copy out of another. Answers the digest. */
export function moveTag(lab: RunningLab, tag: string, target: string): Promise<string> {
  return copyImage(lab, target, tag);
}

/** Pushes `base` with one more layer that holds these files at its root. Null for the base begins from nothing. Answers the digest. */
export async function pushLayer(
  lab: RunningLab,
  base: string | null,
  reference: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-layer-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text);
    }
    const archive = join(folder, '.layer.tar');
    const names = Object.keys(files);
    await mustRun(lab, 'tar', ['-cf', archive, '--owner=0', '--group=0', '-C', folder, ...names]);
    const from = base === null ? [] : ['--base', base];
    await mustRun(lab, lab.crane, ['append', '--insecure', ...from, '--new_layer', archive, '--new_tag', reference]);
  } finally {
    await rm(folder, { recursive: true });
  }
  return digestOf(lab, reference);
}

/** Pushes an index of `base` for linux/amd64 and of a copy marked linux/arm64. Answers the index's digest. */
export async function pushIndex(lab: RunningLab, base: string, reference: string): Promise<string> {
  const child = (architecture: string): string => `${reference}-${architecture}`;
  for (const architecture of ['amd64', 'arm64']) {
    await pushLayer(lab, base, child(architecture), { architecture });
    const platform = `linux/${architecture}`;
    await mustRun(lab, lab.crane, ['mutate', '--insecure', '--set-platform', platform, child(architecture)]);
  }
  const manifests = ['amd64', 'arm64'].flatMap((architecture) => ['--manifest', child(architecture)]);
  await mustRun(lab, lab.crane, ['index', 'append', '--insecure', ...manifests, '--tag', reference]);
  return digestOf(lab, reference);
}

/** Builds and pushes a Dockerfile with the lab's engine; `files` are the context. Answers the digest. */
export async function buildImage(
  lab: RunningLab,
  reference: string,
  dockerfile: string,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  options: readonly string[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-context-'));
  try {
    for (const [name, content] of Object.entries({ Dockerfile: dockerfile, ...files })) {
      await writeFile(join(folder, name), content, { mode: 0o755 });
    }
    const build = ['buildx', 'build', '--quiet', '--provenance=false', '--tag', reference, ...options, folder];
    await mustRun(lab, lab.docker, build);
    await mustRun(lab, lab.docker, ['push', '--quiet', reference]);
    // a local copy would stand in for the registry's wherever a test builds on it
    await mustRun(lab, lab.docker, ['image', 'rm', '--force', reference]);
  } finally {
    await rm(folder, { recursive: true });
  }
  return digestOf(lab, reference);
}
