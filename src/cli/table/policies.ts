import type { CommandRow } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { ownCommand } from './own-command.ts';
import { signingOptions } from './signing-options.ts';
import { invalidPolicy, lookingStatuses, plainStatuses, unpushed, usage } from './statuses.ts';

/** What works on policies. */
export const policyCommands: readonly CommandRow[] = [
  {
    ...ownCommand,
    name: 'policy check',
    usage: '[FILE…]',
    summary: 'are the policies in force, or FILE…, valid?',
    examples: [
      ['docker verify policy check', 'all that are in force here'],
      ['docker verify policy check docker-verify.yaml --format json', 'one file, for machines'],
    ],
    load: async () => (await import('../commands/policy/policy.ts')).policyCheckCommand,
  },
  {
    ...ownCommand,
    host: 'build',
    name: 'policy explain',
    usage: '[--platform PLATFORM] IMAGE…',
    summary: 'why an image gets the verdict that it gets',
    examples: [
      ['docker verify policy explain alpine:3.20', 'every layer, every rule'],
      ['docker verify policy explain --platform linux/arm64 --format json node:22', 'for another platform'],
    ],
    statuses: lookingStatuses,
    load: async () => (await import('../commands/policy/policy.ts')).policyExplainCommand,
  },
  {
    ...ownCommand,
    name: 'policy test',
    usage: 'FILE…',
    summary: 'run a table of images and evidence against the policies',
    examples: [
      ['docker verify policy test policy-tests.yaml', 'a table of your own'],
      ['docker verify policy test --policy strict.yaml --format json policy-tests.yaml', 'with a further policy'],
    ],
    statuses: [
      [exitStatus.allowed, 'all passed'],
      [exitStatus.blocked, 'some failed'],
      usage,
      ...plainStatuses.slice(2),
    ],
    load: async () => (await import('../commands/policy/policy.ts')).policyTestCommand,
  },
  {
    ...ownCommand,
    name: 'policy convert',
    usage: 'FILE|~/.docker/trust',
    summary: "read another tool's policy and print ours",
    examples: [
      ['docker verify policy convert policy.json > docker-verify.yaml', 'of containers/image, Notation or Kyverno'],
      ['docker verify policy convert --output docker-verify.yaml image-policy.json', 'into a file'],
      ['docker verify policy convert ~/.docker/trust', 'the keys that Docker Content Trust has pinned'],
    ],
    load: async () => (await import('../commands/policy/policy.ts')).policyConvertCommand,
  },
  {
    ...ownCommand,
    name: 'policy push',
    usage: 'FILE oci://REGISTRY/REPOSITORY:TAG',
    summary: 'publish a policy, with the files that it names, as a signed bundle that others extend',
    options: signingOptions,
    examples: [
      ['docker verify policy push --key key.pem base.yaml oci://registry.example.com/policies/base:1', 'by a key'],
      [
        'docker verify policy push base.yaml oci://registry.example.com/policies/base:1 --format json',
        'in a CI job, by its identity',
      ],
    ],
    statuses: [[exitStatus.allowed, 'done'], unpushed, usage, invalidPolicy],
    load: async () => (await import('../commands/policy/policy-push.ts')).policyPushCommand,
  },
  {
    ...ownCommand,
    name: 'policy publishers',
    usage: '[IMAGE]',
    summary:
      'the catalogue of publishers that are known to sign; with IMAGE those that sign it, and the rule that asks for it',
    examples: [
      ['docker verify policy publishers', 'who is known to sign what'],
      ['docker verify policy publishers cgr.dev/chainguard/node', 'who signs it, and the rule that asks for it'],
    ],
    load: async () => (await import('../commands/policy/policy.ts')).policyPublishersCommand,
  },
];
