import { describeOptions } from '../../gate/index.ts';
import { exposureFormats } from '../../report/index.ts';
import type { CommandRow } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { ownCommand } from './own-command.ts';
import { signingOptions } from './signing-options.ts';
import { invalidPolicy, unpushed, usage } from './statuses.ts';

/** The journal of builds, and what is found in it. */
export const recordCommands: readonly CommandRow[] = [
  {
    ...ownCommand,
    name: 'exposure',
    usage: 'WHAT…',
    summary:
      'which recorded builds contain a package: WHAT is NAME, NAME@RANGE, a package URL, NAME@vers:…, an OSV file or folder (./…), or a CVE or GHSA id that is looked up in DIR',
    options: describeOptions([
      ['advisories', 'DIR', 'a folder of OSV files, in which ids are looked up'],
      ['vex', 'FILE*', 'a VEX document (OpenVEX, CycloneDX); may be repeated'],
    ]),
    formats: exposureFormats,
    examples: [
      ['docker verify exposure xz-utils@5.6.0', 'which builds hold this version?'],
      ['docker verify exposure --advisories osv/ CVE-2024-3094 --format csv=rows.csv', 'an advisory, as a table'],
    ],
    statuses: [
      [exitStatus.allowed, 'nothing is affected, and nothing is unknown'],
      [exitStatus.blocked, 'something is affected'],
      [exitStatus.unverifiable, 'nothing is affected, but something is unknown'],
      usage,
    ],
    load: async () => (await import('../commands/records/exposure.ts')).exposureCommand,
  },
  {
    ...ownCommand,
    name: 'rebuild',
    usage: 'BUILD',
    summary:
      'build again from a record, named by id, tag or digest, and say whether the same bytes came out: identical, same content, different',
    options: describeOptions([
      ['context', 'DIR', 'build from this folder: from the recorded commit where it has that, else as it lies'],
    ]),
    examples: [
      ['docker verify rebuild app:latest', 'is the image what its sources make?'],
      ['docker verify rebuild --format json=rebuild.json 01JD3Z', 'by the beginning of its id, for machines'],
      ['docker verify rebuild --context . registry.example.com/app:1', 'what others built, from a folder here'],
    ],
    statuses: [
      [exitStatus.allowed, 'identical, or the same content'],
      [exitStatus.blocked, 'different, or blocked by a policy'],
      [exitStatus.unverifiable, 'it could not be done: what is missing is said'],
      [exitStatus.unverifiedUsed, 'the build used something that was not verified'],
      usage,
      invalidPolicy,
    ],
    load: async () => (await import('../commands/records/rebuild.ts')).rebuildCommand,
  },
  {
    ...ownCommand,
    name: 'records ls',
    usage: '',
    summary: 'list the recorded builds, the newest first',
    examples: [
      ['docker verify records ls', 'what was built here'],
      ['docker verify records ls --format json', 'for machines'],
    ],
    load: async () => (await import('../commands/records/records.ts')).listCommand,
  },
  {
    ...ownCommand,
    name: 'records show',
    usage: 'BUILD',
    summary: 'all that is known of one build, named by id, tag or digest',
    examples: [
      ['docker verify records show app:latest', 'by tag'],
      ['docker verify records show --format json 01JD3Z', 'by the beginning of its id'],
    ],
    load: async () => (await import('../commands/records/records.ts')).showCommand,
  },
  {
    ...ownCommand,
    name: 'records export',
    usage: 'BUILD',
    summary: 'one build with what is inside, for Dependency-Track or GitHub',
    options: describeOptions([
      ['sha', 'COMMIT', 'the commit that was built, for GitHub (as recorded, else GITHUB_SHA)'],
      ['ref', 'REF', 'its branch or tag, for GitHub (GITHUB_REF)'],
    ]),
    formats: ['cyclonedx', 'github'],
    examples: [
      ['docker verify records export --output app.cdx.json app:latest', 'as CycloneDX, for Dependency-Track'],
      [
        'docker verify records export --format github --ref refs/heads/main app:latest',
        "as GitHub's dependency snapshot",
      ],
    ],
    statuses: [[exitStatus.allowed, 'done'], [exitStatus.unverifiable, 'no SBOM says what is inside'], usage],
    load: async () => (await import('../commands/records/records-export.ts')).exportCommand,
  },
  {
    ...ownCommand,
    name: 'records push',
    usage: 'IMAGE…',
    summary: 'attach to images that were built here what is recorded of their builds, signed, for other machines',
    options: [
      ...describeOptions([['sbom', null, 'the SBOM of what was built too, as far as it is known (CycloneDX)']]),
      ...signingOptions,
    ],
    examples: [
      ['docker verify records push --sbom registry.example.com/app:1', 'in a CI job, by its identity'],
      ['docker verify records push --key key.pem registry.example.com/app:1 --format json', 'by a key'],
    ],
    statuses: [[exitStatus.allowed, 'attached, whether they passed or not'], unpushed, usage, invalidPolicy],
    load: async () => (await import('../commands/records/records-push.ts')).pushCommand,
  },
  {
    ...ownCommand,
    name: 'records pull',
    usage: 'REPOSITORY…',
    summary:
      'bring back what other machines attached to the images of repositories, signed by whom you name; then exposure and records tell of them too',
    options: describeOptions([
      ['file', 'LIST', 'further repositories, one a line'],
      ['key', 'FILE*', 'a public key whose records are trusted'],
      ['identity', 'TEXT', 'the identity whose records are trusted, with its --issuer'],
      ['issuer', 'URL', 'who vouches for that identity'],
      ['signed-by', 'ENTRY*', "a signer who is trusted, as an entry of a rule's signedBy: '{keyless: {…}}'"],
    ]),
    examples: [
      ['docker verify records pull --key acme.pub registry.example.com/app', 'all tags of a repository'],
      [
        'docker verify records pull --file repositories.txt --identity ci@example.com --issuer https://accounts.google.com',
        "a team's, by the identity of its CI",
      ],
    ],
    statuses: [
      [exitStatus.allowed, 'all that was found is here'],
      [exitStatus.blocked, 'something was refused: forged, of somebody else, or about another image'],
      [exitStatus.unverifiable, 'something could not be looked at'],
      usage,
      invalidPolicy,
    ],
    load: async () => (await import('../commands/records/records-pull.ts')).pullCommand,
  },
  {
    ...ownCommand,
    name: 'records prune',
    usage: '--older-than AGE',
    summary: 'take away old records',
    options: describeOptions([['older-than', 'AGE', 'an age such as 365d, or a date such as 2026-01-31']]),
    examples: [
      ['docker verify records prune --older-than 365d', 'what is older than a year'],
      ['docker verify records prune --older-than 2026-01-31', 'what is older than a date'],
    ],
    load: async () => (await import('../commands/records/records.ts')).pruneCommand,
  },
];
