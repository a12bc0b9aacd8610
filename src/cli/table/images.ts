import { describeOptions, type OutputFormat, reportFormats } from '../../gate/index.ts';
import { adviceFormats, checkFormats, comparisonFormats, lineageFormats, packagesFormats } from '../../report/index.ts';
import type { CommandRow } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import {
  blocked,
  buildStatuses,
  invalidDockerfile,
  invalidPolicy,
  lookingStatuses,
  unverifiable,
  usage,
  verdictStatuses,
} from './statuses.ts';

const plainFormats: readonly OutputFormat[] = ['text', 'json'];

/** `build`, which a debugger runs too. */
export const buildRow: CommandRow = {
  name: 'build',
  usage: '[BUILD-ARGS] PATH|URL|-',
  summary: 'verify every image that the build uses, then build from exactly those bytes',
  host: 'build',
  own: 'prefixed',
  options: [],
  formats: reportFormats,
  examples: [
    ['docker verify build -t app .', 'verify, then build'],
    ['docker verify build --verify-format sarif=report.sarif .', 'with a report for code scanning beside it'],
  ],
  statuses: buildStatuses,
  load: async () => (await import('../commands/build.ts')).buildCommand,
};

/** The commands that take Docker's own arguments: what builds, and what looks at what a build uses. */
export const imageCommands: readonly CommandRow[] = [
  buildRow,
  {
    name: 'bake',
    usage: '[BAKE-ARGS] [TARGET…]',
    summary: 'the same for every target of a bake file',
    host: 'bake',
    own: 'prefixed',
    options: [],
    formats: reportFormats,
    examples: [
      ['docker verify bake', 'verify the images of all targets, then build them'],
      ['docker verify bake -f docker-bake.hcl --verify-offline app', 'one target, without the network'],
    ],
    statuses: buildStatuses,
    load: async () => (await import('../commands/build.ts')).bakeCommand,
  },
  {
    name: 'check',
    usage: '[BUILD-ARGS] [PATH|IMAGE…]',
    summary: 'all but the build; -f of a bake or compose file checks its targets',
    host: 'build',
    own: 'bare',
    options: describeOptions([
      ['recursive', null, 'every Dockerfile, bake and compose file below the folder, in one report'],
    ]),
    formats: checkFormats,
    examples: [
      ['docker verify check .', 'would this build be allowed?'],
      ['docker verify check --recursive --policy new.yaml .', 'what would break under a policy?'],
      ['docker verify check --format sarif=report.sarif --format text .', 'in text, and as a file for code scanning'],
    ],
    statuses: verdictStatuses,
    load: async () => (await import('../commands/check.ts')).checkCommand,
  },
  {
    name: 'scan',
    usage: '[BUILD-ARGS] [PATH]',
    summary: 'list the images that the build would use; no network, no daemon',
    host: 'build',
    own: 'bare',
    options: [],
    formats: plainFormats,
    examples: [
      ['docker verify scan', 'what would be pulled here'],
      ['docker verify scan --target test --build-arg VERSION=2 --format json .', 'for one target, for machines'],
    ],
    statuses: [[exitStatus.allowed, 'done'], usage, invalidDockerfile],
    load: async () => (await import('../commands/scan.ts')).scanCommand,
  },
  {
    name: 'inspect',
    usage: 'IMAGE…',
    summary: 'every signature and attestation on an image, and its chain of bases',
    host: 'build',
    own: 'bare',
    options: [],
    formats: plainFormats,
    examples: [
      ['docker verify inspect cgr.dev/chainguard/node', 'who signed it?'],
      ['docker verify inspect --platform linux/arm64 --format json alpine:3.20', 'for another platform, for machines'],
    ],
    statuses: lookingStatuses,
    load: async () => (await import('../commands/inspect.ts')).inspectCommand,
  },
  {
    name: 'lineage',
    usage: '[BUILD-ARGS] [IMAGE…|PATH]',
    summary: 'the chain of bases down to scratch',
    host: 'build',
    own: 'bare',
    options: [],
    formats: lineageFormats,
    examples: [
      ['docker verify lineage .', 'what the images used here are built on'],
      ['docker verify lineage --format svg=bases.svg node:22', 'as a picture'],
    ],
    statuses: lookingStatuses,
    load: async () => (await import('../commands/lineage.ts')).lineageCommand,
  },
  {
    name: 'packages',
    usage: '[BUILD-ARGS] [IMAGE…|PATH]',
    summary: 'what software is inside, from the SBOMs attached, and what the base brings of it',
    host: 'build',
    own: 'bare',
    options: [],
    formats: packagesFormats,
    examples: [
      ['docker verify packages .', 'of the images used here'],
      ['docker verify packages --format csv=packages.csv node:22', 'of an image, as a table'],
    ],
    statuses: [
      ...lookingStatuses.slice(0, 1),
      [unverifiable[0], 'no SBOM says it, or it could not be looked up'],
      ...lookingStatuses.slice(2),
    ],
    load: async () => (await import('../commands/packages.ts')).packagesCommand,
  },
  {
    name: 'recommend',
    usage: '[BUILD-ARGS] [IMAGE…|PATH]',
    summary: 'what to build on instead: refreshed, newer, slimmer, hardened, and what is at its end of life',
    host: 'build',
    own: 'bare',
    options: [],
    formats: adviceFormats,
    examples: [
      ['docker verify recommend .', 'for the images used here'],
      ['docker verify recommend --format markdown node:18', 'for a bot that comments'],
    ],
    statuses: lookingStatuses,
    load: async () => (await import('../commands/records/recommend.ts')).recommendCommand,
  },
  {
    name: 'compare',
    usage: 'IMAGE IMAGE',
    summary: 'two images side by side: signer, size, layers, packages, end of life',
    host: 'build',
    own: 'bare',
    options: [],
    formats: comparisonFormats,
    examples: [
      ['docker verify compare node:22 node:22-slim', 'what the smaller one leaves out'],
      ['docker verify compare --format json debian:12 debian:13', 'for machines'],
    ],
    statuses: lookingStatuses,
    load: async () => (await import('../commands/records/compare.ts')).compareCommand,
  },
  {
    name: 'init',
    usage: '[BUILD-ARGS] [PATH]',
    summary: 'look at who signs the images used, and write a policy that says so',
    host: 'build',
    own: 'bare',
    options: describeOptions([
      ['add', null, 'put rules for what no rule matches yet into the policy that is there'],
      ['yes', null, 'trust every signer that can be proven, without asking'],
      ['key', 'FILE*', 'a public key to try; may be repeated'],
      ['ca', 'FILE*', "an authority to try, of Notation or of one's own certificates; may be repeated"],
    ]),
    formats: reportFormats,
    examples: [
      ['docker verify init', 'asks whom to trust'],
      ['docker verify init --yes --key keys/acme.pub .', 'in a script'],
    ],
    statuses: verdictStatuses,
    load: async () => (await import('../commands/policy/init.ts')).initCommand,
  },
  {
    name: 'lock',
    usage: '[BUILD-ARGS] [PATH] [--update [IMAGE…]]',
    summary: 'add to docker-verify.lock.json what is missing, or move what is there',
    host: 'build',
    own: 'bare',
    options: describeOptions([
      ['update', null, 'move entries to what the tags stand for now: those of the images named, or all'],
      ['check', null, 'only say whether lock, Dockerfile and registry agree'],
      ['prune', null, 'take out what is not used'],
      ['yes', null, 'confirm another signer'],
    ]),
    formats: plainFormats,
    examples: [
      ['docker verify lock', 'lock what is used here and is not locked yet'],
      ['docker verify lock --update alpine:3.20', 'take the image that this tag stands for now'],
      ['docker verify lock --check', 'in CI: is the lock current?'],
    ],
    statuses: [
      [exitStatus.allowed, 'written, or current'],
      [blocked[0], 'not current, or a signer was lost and not confirmed'],
      unverifiable,
      usage,
      invalidDockerfile,
      invalidPolicy,
    ],
    load: async () => (await import('../commands/policy/lock.ts')).lockCommand,
  },
];
