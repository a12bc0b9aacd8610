import type { Finding, Unknown } from '../../../model/index.ts';

const reasons: Readonly<Record<Unknown['reason'], string>> = {
  'custom-frontend': 'a frontend of its own reads the Dockerfile, and may pull what it likes',
  'remote-context': 'the Dockerfile lies in a remote context that could not be read',
  'stdin-context': 'the Dockerfile lies in an archive on standard input that could not be read',
};

/** What a check says of something that only a build can settle. */
export function createFinding(unknown: Unknown): Finding {
  return {
    code: 'scan.unknown',
    level: 'warning',
    message: `${reasons[unknown.reason]}, so only a build can tell what is pulled`,
    expected: 'a Dockerfile on this machine for a frontend of Docker',
    found: unknown.line === null ? unknown.reason : `${unknown.reason} in line ${unknown.line}`,
    hint: 'docker verify build verifies every image before it is used, also there',
  };
}
