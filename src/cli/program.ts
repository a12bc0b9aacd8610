import { Command as Commander, CommanderError, Option } from 'commander';
import { VerifyError } from '../gate/index.ts';
import type { Command, CommandContext } from './command-context.ts';
import { toolVersion } from './tool-version.ts';

/** Commands that take Docker's own arguments, which we read ourselves; here only for their help. */
const dockerLike: readonly (readonly [name: string, operands: string, description: string])[] = [
  ['build', '[BUILD-ARGS] PATH|URL|-', 'verify every image that the build uses, then build from exactly those bytes'],
  ['bake', '[BAKE-ARGS]', 'the same for every target of a bake file'],
  ['check', '[BUILD-ARGS] PATH|IMAGE…', 'all but the build'],
  ['scan', '[BUILD-ARGS] PATH', 'list the images that the build would use; no network, no daemon'],
  ['inspect', 'IMAGE', 'every signature and attestation on an image, and its chain of bases'],
  ['lineage', 'IMAGE|PATH', 'the chain of bases down to scratch'],
  [
    'init',
    '[--add] [--yes] [--key FILE]… [--ca FILE]… [BUILD-ARGS] [PATH]',
    'look at who signs the images used, and write a policy that says so (--add puts rules into the policy that is there; --yes trusts every signer that can be proven; --key tries a public key, --ca an authority of Notation)',
  ],
  [
    'lock',
    '[--update] [--check] [--prune] [--yes] [BUILD-ARGS] [PATH|IMAGE…]',
    'write or update docker-verify.lock.json (--check only says whether it is current; --prune takes out what is not used; --yes confirms another signer)',
  ],
  [
    'packages',
    '[BUILD-ARGS] IMAGE|PATH',
    'what software is inside, from the SBOMs attached, and what the base brings of it',
  ],
  [
    'exposure',
    '[--advisories DIR] [--vex FILE]… WHAT…',
    'which recorded builds contain a package: WHAT is NAME, NAME@RANGE, a package URL, NAME@vers:…, an OSV file or folder (./…), or a CVE or GHSA id that is looked up in DIR',
  ],
];

/** What runs a command that Commander has parsed. */
export type Run = (load: () => Promise<Command>, args: readonly string[]) => Promise<void>;

function addTrust(program: Commander, run: Run): void {
  const trust = program.command('trust').description('the trusted roots in use');
  const load = async (): Promise<Command> => (await import('./commands/trust.ts')).trustCommand;
  for (const verb of ['show', 'update']) {
    trust
      .command(verb)
      .description(verb === 'show' ? 'what is trusted, how old it is' : 'refresh through TUF')
      .argument('[options...]')
      .allowUnknownOption()
      .action((options: string[]) => run(load, [verb, ...options]));
  }
}

function addPolicy(program: Commander, run: Run): void {
  const policy = program.command('policy').description('work on policies');
  const load = async (): Promise<Command> => (await import('./commands/policy.ts')).policyCommand;
  const verbs: readonly (readonly [string, string])[] = [
    ['check', 'are the policies in force, or FILE…, valid?'],
    ['explain', 'why an image gets the verdict that it gets'],
    ['test', 'run a table of images and evidence against the policies'],
    ['convert', "read another tool's policy and print ours"],
    [
      'publishers',
      'the catalogue of publishers that are known to sign; with IMAGE those that sign it, and the rule that asks for it',
    ],
  ];
  for (const [verb, description] of verbs) {
    policy
      .command(verb)
      .description(description)
      .argument('[arguments...]')
      .allowUnknownOption()
      .action((words: string[]) => run(load, [verb, ...words]));
  }
}

function addRecords(program: Commander, run: Run): void {
  const records = program.command('records').description('the journal of builds');
  const load = async (): Promise<Command> => (await import('./commands/records.ts')).recordsCommand;
  const verbs: readonly (readonly [string, string])[] = [
    ['ls', 'list them, the newest first'],
    ['show', 'all that is known of one build, named by id, tag or digest'],
    [
      'export',
      'one build with what is inside, for Dependency-Track (--format cyclonedx) or GitHub (--format github --ref REF)',
    ],
    ['prune', 'take away old ones: --older-than 365d, or a date'],
  ];
  for (const [verb, description] of verbs) {
    records
      .command(verb)
      .description(description)
      .argument('[arguments...]')
      .allowUnknownOption()
      .action((words: string[]) => run(load, [verb, ...words]));
  }
}

function addPlugin(program: Commander, run: Run): void {
  const load = async (): Promise<Command> => (await import('./commands/plugin.ts')).pluginCommand;
  program
    .command('install')
    .description('set up the plugin and the builder alias, so that `docker build` verifies too')
    .addOption(
      new Option('--mode <mode>', 'alias: docker build and bake; full: also docker buildx and compose')
        .choices(['alias', 'full'])
        .default('alias'),
    )
    .action((options: { mode: string }) => run(load, ['install', options.mode]));
  program
    .command('uninstall')
    .description('take all of that back')
    .action(() => run(load, ['uninstall']));
  for (const [name, description] of [
    ['shell', 'print a function that makes `docker verify-build` work'],
    ['completion', 'print a completion script'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .argument('<shell>', 'bash, zsh, fish or powershell')
      .action((shell: string) => run(load, [name, shell]));
  }
}

/** The program as Commander knows it: help for everything, and the commands whose arguments are ours alone. */
export function createProgram(run: Run): Commander {
  const program = new Commander('docker verify');
  program
    .description('Prove who made every image a build uses, then build from exactly those.')
    .version(toolVersion, '-v, --version')
    .helpCommand(false)
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
    .exitOverride();
  for (const [name, operands, description] of dockerLike)
    program.command(name).usage(operands).description(description);
  addPolicy(program, run);
  addTrust(program, run);
  addRecords(program, run);
  addPlugin(program, run);
  program
    .command('doctor')
    .description('what is enforced here, and what could bypass it')
    .argument('[options...]')
    .allowUnknownOption()
    .action((options: string[]) => run(async () => (await import('./commands/doctor.ts')).doctorCommand, options));
  program.command('version').description('print the version');
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput());
  return program;
}

/** Runs a command whose arguments are ours alone. */
export async function runProgram(context: CommandContext, words: readonly string[]): Promise<number> {
  let status = 0;
  const program = createProgram(async (load, args) => {
    status = await (await load())(context, args);
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const [named = ''] = words;
    if (error.code === 'commander.help')
      throw new VerifyError('usage.invalid', `${named} needs a command`, { hint: `see docker verify ${named} --help` });
    throw new VerifyError('usage.invalid', error.message.replace(/^error: /, '').replaceAll('\n', ' '), {
      hint: 'see docker verify --help',
      cause: error,
    });
  }
  return status;
}
