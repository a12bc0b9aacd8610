import { readFileSync } from 'node:fs';
import type { Variables } from './inputs.ts';

/** The pull request that a run is about, as far as this action reads the event's file. */
export interface PullRequest {
  readonly number: number;
  /** The commit that its author pushed. */
  readonly head: string;
  /** The branch that it is to go into, and where that stood when the event came. */
  readonly base: { readonly branch: string; readonly commit: string };
  /**
   * Whether the author of the change may be somebody who cannot write to the repository, or the run has more rights than the change: it comes
   * from a fork, or the event is `pull_request_target`.
   */
  readonly isUntrusted: boolean;
}

interface Event {
  readonly pull_request?: {
    readonly number?: unknown;
    readonly head?: { readonly sha?: unknown; readonly repo?: { readonly full_name?: unknown } | null };
    readonly base?: {
      readonly ref?: unknown;
      readonly sha?: unknown;
      readonly repo?: { readonly full_name?: unknown } | null;
    };
  } | null;
}

const commit = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

function isCommit(value: unknown): value is string {
  return typeof value === 'string' && commit.test(value);
}

/**
 * The pull request of the event (GitHub Docs, "Webhook events and payloads": pull_request); null where the run is not about one.
 * Whatever is not of the expected form, or missing, makes the change untrusted rather than trusted.
 */
export function pullRequestOf(variables: Variables): PullRequest | null {
  const file = variables['GITHUB_EVENT_PATH'] ?? '';
  if (file === '') return null;
  const event = JSON.parse(readFileSync(file, 'utf8')) as Event; // written by the runner; each field is checked below
  const { number, head, base } = event.pull_request ?? {};
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return null;
  if (!isCommit(head?.sha) || !isCommit(base?.sha) || typeof base.ref !== 'string') return null;
  const [from, into] = [head.repo?.full_name, base.repo?.full_name];
  const isFork = typeof from !== 'string' || from !== into;
  return {
    number,
    head: head.sha,
    base: { branch: base.ref, commit: base.sha },
    isUntrusted: isFork || variables['GITHUB_EVENT_NAME'] !== 'pull_request',
  };
}
