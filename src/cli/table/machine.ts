import { describeOptions } from '../../gate/index.ts';
import type { CommandRow } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { bareCommand, ownCommand } from './own-command.ts';
import { plainStatuses, unverifiable, usage } from './statuses.ts';

/** The machine: trust, the plugin, the shell. */
export const machineCommands: readonly CommandRow[] = [
  {
    ...ownCommand,
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
    ...ownCommand,
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
    ...ownCommand,
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
    ...bareCommand,
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
    ...bareCommand,
    name: 'uninstall',
    usage: '[--system]',
    summary: 'take back what install set up',
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
    ...ownCommand,
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
    ...bareCommand,
    name: 'shell',
    usage: 'bash|zsh|fish|powershell',
    summary: 'print a function that makes `docker verify-build` work',
    examples: [
      ['source <(docker verify shell bash)', 'in ~/.bashrc'],
      ['docker verify shell fish | source', 'in config.fish'],
      ['docker verify shell powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
    ],
    load: async () => (await import('../commands/plugin.ts')).shellCommand,
  },
  {
    ...bareCommand,
    name: 'completion',
    usage: 'bash|zsh|fish|powershell',
    summary:
      'print a completion script for `docker-verify …`; `docker verify …` completes where that of Docker is set up',
    examples: [
      ['source <(docker verify completion bash)', 'in ~/.bashrc'],
      ['source <(docker verify completion zsh)', 'in ~/.zshrc, behind compinit'],
      ['docker verify completion fish | source', 'in config.fish'],
      ['docker verify completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
    ],
    load: async () => (await import('../commands/plugin.ts')).completionCommand,
  },
  {
    ...ownCommand,
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
