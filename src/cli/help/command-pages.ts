/** A page of the reference: commands that somebody looks for together. */
export interface CommandPage {
  /** Its file below `docs/commands`, without ending. */
  readonly file: 'everyday' | 'policies' | 'inside-images' | 'records' | 'machines-and-ci';
  readonly title: string;
  /** What brings somebody here. */
  readonly about: string;
  readonly commands: readonly string[];
  /** Commands that stand on another page, each with what they are for here. */
  readonly also: readonly (readonly [command: string, purpose: string])[];
}

/** The pages of the reference, every command on one of them. */
export const commandPages: readonly CommandPage[] = [
  {
    file: 'everyday',
    title: 'Every day: build, and ask before you build',
    about: 'You build images, or you want to know whether a build would be allowed, and why not.',
    commands: ['build', 'bake', 'check', 'scan', 'explain'],
    also: [
      ['init', 'writes the first policy of a project'],
      ['policy explain', 'says why one image gets its verdict'],
    ],
  },
  {
    file: 'policies',
    title: 'Policies and locks: say whom you trust',
    about: 'You write down who may sign what, hold images to their digests, or publish a policy for others.',
    commands: [
      'init',
      'lock',
      'policy check',
      'policy explain',
      'policy test',
      'policy convert',
      'policy publishers',
      'policy push',
    ],
    also: [
      ['check', 'with --recursive --policy FILE: what would break under a new policy'],
      ['install', "with --system: an organisation's policy for a whole machine"],
    ],
  },
  {
    file: 'inside-images',
    title: 'Inside images: who signed them, and what they hold',
    about: 'You look at an image: its signatures, what it is built on, its software, and what would be better.',
    commands: ['inspect', 'lineage', 'packages', 'recommend', 'compare'],
    also: [['policy publishers', 'says who is known to sign an image']],
  },
  {
    file: 'records',
    title: 'Records: what was built, and what is in it',
    about: 'A vulnerability is in the news, or somebody asks what an image was made of.',
    commands: [
      'exposure',
      'records ls',
      'records show',
      'records export',
      'records push',
      'records pull',
      'records prune',
      'rebuild',
    ],
    also: [],
  },
  {
    file: 'machines-and-ci',
    title: 'Machines, CI and releases: set up, and keep it so',
    about: 'You install the plugin, guard a machine or a pipeline, or check the program itself.',
    commands: ['install', 'uninstall', 'doctor', 'trust show', 'trust update', 'version', 'completion', 'shell'],
    also: [
      ['check', 'gives a pipeline its verdict, in formats for machines'],
      ['lock', 'with --check: does the lock still agree with the Dockerfiles and the registry?'],
      ['records push', 'attaches to a pushed image what was verified'],
    ],
  },
];

/** The page that a command stands on. @throws Error where it stands on none: a test sees to it */
export function pageOf(name: string): CommandPage {
  const page = commandPages.find(({ commands }) => commands.includes(name));
  if (page === undefined) throw new Error(`${name} stands on no page of the reference`);
  return page;
}
