import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyImage, lab, type Outcome, projectFolder, runVerify } from '../../support/lab.ts';

export const { registry } = lab();
export const lockFile = 'docker-verify.lock.json';
/** Accepts every image of the lab at its locked digest alone. */
export const policy = `version: 1
mode: enforce
default: deny
rules:
  - name: pinned
    images: ["127.0.0.1:*/**"]
    locked: true
`;

/** A tag of our own that stands for an image of the lab, and may be moved. */
export async function ownTag(name: string, from: string): Promise<string> {
  const image = `${registry}/policy-lock/${name}:1`;
  await copyImage(lab(), `${registry}/${from}`, image);
  return image;
}

export function project(image: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  return projectFolder({ Dockerfile: `FROM ${image}\n`, 'docker-verify.yaml': policy, ...files });
}

export function run(folder: string, ...words: readonly string[]): Promise<Outcome> {
  return runVerify(words, { cwd: folder, stdin: '' });
}

export const read = (folder: string): Promise<string> => readFile(join(folder, lockFile), 'utf8');
