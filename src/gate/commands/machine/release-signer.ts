import { projectAddress } from '../../../report/index.ts';

/** Who vouches for the identity of GitHub's workflows. */
const issuer = 'https://token.actions.githubusercontent.com';

const workflow = `${projectAddress}.github/workflows/release.yml@refs/tags/v`;

/** What a version may consist of (semver.org, 2), without a second hyphen: nothing that means anything in a regular expression but the dot. */
const versionText = '[0-9]+\\.[0-9]+\\.[0-9]+(?:-[0-9A-Za-z.]+)?';

const namePattern = new RegExp(`^docker-verify-(${versionText})(?:-(?:linux|darwin|win)-|\\.provenance\\.json|\\.rb)`);

/** The version that the name of a file of a release tells; null where it tells none. */
export function versionInName(name: string): string | null {
  return namePattern.exec(name)?.[1] ?? null;
}

/**
 * Who signs our releases, as an entry of a rule's `signedBy`: the release workflow at the tag of that version, so that an older release
 * under the name of a newer one is none; at the tag of any version where the name tells none.
 */
export function releaseSigner(name: string): string {
  const version = versionInName(name);
  if (version !== null) return JSON.stringify({ keyless: { issuer, identity: `${workflow}${version}` } });
  const prefix = workflow.replaceAll('.', '\\.');
  return JSON.stringify({ keyless: { issuer, identityRegexp: `${prefix}${versionText}` } });
}
