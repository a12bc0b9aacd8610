import { expect } from 'vitest';
import { lab, projectFolder, runVerify } from '../support/lab.ts';

/** The fields of a link that are looked at here. */
export interface SeenLink {
  readonly depth: number;
  readonly platform: string;
  readonly name: string | null;
  readonly digest: string | null;
  readonly kind: string;
  readonly claim: string;
  readonly content: string;
  readonly status: string;
  readonly note: string | null;
  readonly decisions: readonly { readonly rule: string | null; readonly status: string }[];
  readonly evidence: readonly { readonly form: string; readonly verified: boolean; readonly trusted: boolean }[];
}

/** An image as `lineage --format json` shows it. */
export interface SeenTree {
  readonly name: string;
  readonly status: string;
  readonly lineage: readonly SeenLink[];
  readonly inputs: readonly { readonly role: string; readonly name: string | null }[];
}

export interface Requirement {
  readonly depth?: number | 'all';
  readonly unknown?: 'block' | 'warn' | 'allow';
  readonly claims?: 'signed' | 'unsigned';
}

/**
 * A policy by which everything is signed by acme, and asks for the chain of bases where `lineage` is given. Mallory's key is known to it,
 * but only for images that are no base.
 */
export function chainPolicy(lineage?: Requirement): string {
  const rule = { name: 'acme', images: ['127.0.0.1:*/**'], signedBy: [{ key: 'acme.pub', log: 'optional' }] };
  const elsewhere = { images: ['mallory.test/**'], signedBy: [{ key: lab().keys.mallory.publicKey }] };
  const rules = [elsewhere, lineage === undefined ? rule : { ...rule, require: { lineage } }];
  return JSON.stringify({ version: 1, mode: 'enforce', default: 'deny', rules });
}

/** A folder with this policy, and a Dockerfile on `image`. */
export function project(image: string, policy: string): Promise<string> {
  return projectFolder({ 'docker-verify.yaml': policy, Dockerfile: `FROM ${image}\n` });
}

/** What `lineage IMAGE --format json` says. */
export async function traced(image: string, policy = chainPolicy()): Promise<SeenTree> {
  const cwd = await project(image, policy);
  const { status, stdout, stderr } = await runVerify(['lineage', '--format', 'json', image], { cwd });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const [tree] = (JSON.parse(stdout) as { images: readonly SeenTree[] }).images;
  if (tree === undefined) throw new Error('no image in the answer');
  return tree;
}

/** One line for each link: `NAME KIND CLAIM CONTENT STATUS`, the name without registry and digest. */
export function summary({ lineage }: SeenTree): readonly string[] {
  return lineage.map(({ name, kind, claim, content, status }) => {
    const short = name === null ? '-' : (name.split('@')[0] ?? '').replace(/^127\.0\.0\.1:\d+\//, '');
    return `${short} ${kind} ${claim} ${content} ${status}`;
  });
}

/** How `check` ends on `image` under a requirement, and the codes of what it found. */
export async function judged(
  image: string,
  lineage: Requirement,
): Promise<{ readonly status: number; readonly codes: readonly string[] }> {
  const cwd = await project(image, chainPolicy(lineage));
  const { status, stdout } = await runVerify(['check', '--format', 'json', image], { cwd });
  const { images } = JSON.parse(stdout) as { images: { findings: { code: string }[] }[] };
  return { status, codes: images.flatMap(({ findings }) => findings.map(({ code }) => code)) };
}
