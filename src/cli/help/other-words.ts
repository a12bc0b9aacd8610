/** What people from other tools type, and the command of ours that does it. */
const meantBy: Readonly<Record<string, string>> = {
  audit: 'check',
  bases: 'lineage',
  diff: 'compare',
  find: 'exposure',
  grep: 'exposure',
  images: 'scan',
  log: 'records ls',
  logs: 'records ls',
  pin: 'lock',
  sbom: 'packages',
  search: 'exposure',
  show: 'records show',
  signers: 'inspect',
  status: 'doctor',
  test: 'policy test',
  tree: 'lineage',
  upgrade: 'recommend',
  validate: 'policy check',
  verify: 'check',
  why: 'policy explain',
};

/** The command of ours that does what another tool's word stands for; null for any other word. */
export function commandMeantBy(word: string): string | null {
  const name = word.toLowerCase();
  return Object.hasOwn(meantBy, name) ? (meantBy[name] ?? null) : null;
}
