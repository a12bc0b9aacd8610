import { describeOptions, type OutputFormat } from '../../gate/index.ts';
import { exposureFormats } from '../../report/index.ts';
import type { CommandRow } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { signingOptions } from './signing-options.ts';
import { invalidPolicy, plainStatuses, unpushed, unverifiable, usage } from './statuses.ts';

const formats: readonly OutputFormat[] = ['text', 'json'];
const ours = { host: 'none', own: 'bare', options: [], formats, statuses: plainStatuses } as const;
const bare = { ...ours, own: 'none', formats: [] } as const;

/** The journal of builds, and what it tells. */
export const recordCommands: readonly CommandRow[] = [
  {
    ...ours,
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
    ...ours,
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
    ...ours,
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
    ...ours,
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
    ...ours,
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
    ...ours,
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
    ...ours,
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
    ...ours,
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

/** The machine: trust, the plugin, the shell. */
export const machineCommands: readonly CommandRow[] = [
  {
    ...ours,
    name: 'explain',
    usage: '[CODE…]',
    summary: 'what a finding or an error means, and its cure; without CODE all of them',
    examples: [
      ['docker verify explain signature.missing', 'what now?'],
      ['docker verify explain --format json', 'all codes, for machines'],
    ],
    statuses: [[exitStatus.allowed, 'done'], usage],
    load: async () => (await import('../commands/explain.ts')).explainCommand,
  },
  {
    ...ours,
    name: 'trust show',
    usage: '',
    summary: 'the trusted roots in use, and how old they are',
    examples: [
      ['docker verify trust show', 'who is trusted to say who signed'],
      ['docker verify trust show --trusted-root root.json --format json', 'with a private Sigstore'],
    ],
    load: async () => (await import('../commands/policy/trust.ts')).trustShowCommand,
  },
  {
    ...ours,
    name: 'trust update',
    usage: '',
    summary: 'refresh the trusted roots through TUF',
    examples: [
      ['docker verify trust update', 'now, not when they are old'],
      ['docker verify trust update --format json', 'for machines'],
    ],
    statuses: [...plainStatuses, unverifiable],
    load: async () => (await import('../commands/policy/trust.ts')).trustUpdateCommand,
  },
  {
    ...bare,
    name: 'install',
    usage: '[--mode alias|full] | --system --policy POLICY [--key FILE | --identity NAME --issuer URL]',
    summary:
      "set up the plugin and the builder alias, so that `docker build` verifies too; or, with --system, an organisation's policy for everybody on this machine",
    options: describeOptions([
      ['mode', 'alias|full', 'alias (default): docker build and bake; full: also docker buildx and compose'],
      ['system', null, 'for the whole machine: its policy, and the executable where Docker finds it for everybody'],
      ['policy', 'POLICY', 'what the machine extends: oci://REGISTRY/REPOSITORY:TAG, or https://…#sha256=…'],
      ['key', 'FILE', 'the public key that must have signed it; it is copied beside the policy'],
      ['identity', 'NAME', 'who must have signed it, keyless'],
      ['identity-regexp', 'REGEXP', 'the same, as a pattern'],
      ['issuer', 'URL', 'who vouches for that identity'],
      ['trusted-root', 'FILE', 'the trusted root of a private Sigstore; it is copied beside the policy'],
    ]),
    examples: [
      ['docker verify install', '`docker build` verifies from here on'],
      ['docker verify install --mode full', '`docker buildx build` and `docker compose build` too'],
      [
        'sudo docker-verify install --system --policy oci://registry.example.com/policies/base:1 --key policies.pub',
        "what device management runs to place an organisation's policy",
      ],
    ],
    load: async () => (await import('../commands/plugin.ts')).installCommand,
  },
  {
    ...bare,
    name: 'uninstall',
    usage: '[--system]',
    summary: 'take all of that back',
    options: describeOptions([
      ['system', null, 'what install --system placed, so far as it is still as it was written'],
    ]),
    examples: [
      ['sudo docker-verify uninstall --system', 'the machine has no policy of ours any more'],
      ['docker verify uninstall', "Docker's config.json is as it was"],
      ['docker-verify uninstall', 'the same without Docker'],
    ],
    load: async () => (await import('../commands/plugin.ts')).uninstallCommand,
  },
  {
    ...ours,
    name: 'doctor',
    usage: '',
    summary: 'what is enforced here, and what could bypass it',
    examples: [
      ['docker verify doctor', 'is this machine guarded?'],
      ['docker verify doctor --format json', 'for machines'],
    ],
    statuses: [
      [exitStatus.allowed, 'what is needed is there'],
      [exitStatus.unverifiable, 'something keeps us from enforcing'],
      usage,
    ],
    load: async () => (await import('../commands/doctor.ts')).doctorCommand,
  },
  {
    ...bare,
    name: 'shell',
    usage: 'bash|zsh|fish|powershell',
    summary: 'print a function that makes `docker verify-build` work',
    examples: [
      ['source <(docker verify shell bash)', 'in ~/.bashrc'],
      ['docker verify shell fish | source', 'in config.fish'],
    ],
    load: async () => (await import('../commands/plugin.ts')).shellCommand,
  },
  {
    ...bare,
    name: 'completion',
    usage: 'bash|zsh|fish|powershell',
    summary: 'print a completion script',
    examples: [
      ['source <(docker verify completion bash)', 'in ~/.bashrc'],
      ['docker verify completion fish | source', 'in config.fish'],
    ],
    load: async () => (await import('../commands/plugin.ts')).completionCommand,
  },
  {
    ...ours,
    name: 'version',
    usage: '',
    summary:
      'print the version; with --verify say whether a file of a release is what its makers signed, by FILE.sigstore.json beside it',
    options: describeOptions([
      ['verify', 'FILE', 'a file of a release'],
      ['key', 'FILE*', 'a public key that may have signed it, in place of our release workflow'],
      ['identity', 'TEXT', 'an identity that may have signed it, with its --issuer'],
      ['issuer', 'URL', 'who vouches for that identity'],
      ['signed-by', 'ENTRY*', "a signer, as an entry of a rule's signedBy: '{keyless: {…}}'"],
    ]),
    examples: [
      ['docker verify version', ''],
      ['docker verify --version', 'the same'],
      ['docker verify version --verify docker-verify-1.0.0-linux-x64', 'is this download a release of ours?'],
    ],
    statuses: [
      [exitStatus.allowed, 'done; the file is verified'],
      [exitStatus.blocked, 'the file is not what it should be: do not run it'],
      usage,
    ],
    load: async () => (await import('../commands/version.ts')).versionCommand,
  },
];
