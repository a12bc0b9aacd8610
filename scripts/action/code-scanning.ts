import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { GitHub } from './github.ts';
import { required, type Variables } from './inputs.ts';
import type { PullRequest } from './pull-request.ts';

/**
 * Hands a SARIF file to code scanning (GitHub Docs, "Upload an analysis as SARIF data"). What was found in a change is filed under the change:
 * under `pull_request_target` the run's own commit is the base branch's, whose alerts an untrusted change must not move.
 * @throws RefusedError, Error where GitHub does not take it
 */
export async function uploadSarif(
  github: GitHub,
  variables: Variables,
  pullRequest: PullRequest | null,
  file: string,
): Promise<void> {
  const isOwn = pullRequest === null || variables['GITHUB_EVENT_NAME'] === 'pull_request';
  await github.call('POST', '/code-scanning/sarifs', {
    commit_sha: isOwn ? required(variables, 'GITHUB_SHA') : pullRequest.head,
    ref: isOwn ? required(variables, 'GITHUB_REF') : `refs/pull/${pullRequest.number}/head`,
    sarif: gzipSync(await readFile(file)).toString('base64'),
    tool_name: 'docker-verify',
  });
}
