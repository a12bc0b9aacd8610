import type { DescribedOption, NamesAtHand, OptionDefinition } from '../../gate/index.ts';
import type { Candidate, EarlierWords, Offer, WordSource } from '../../plugin/index.ts';
import { explainedCodes } from '../../report/index.ts';
import type { CommandRow } from '../command-row.ts';
import { commonPlatforms, dockerFileOptions, dockerOptionValues } from '../table/option-values.ts';

const plain = (values: readonly string[], description = ''): readonly Candidate[] =>
  values.map((value) => ({ value, description }));

/** An offer of these and, where none fits, of what the shell knows. */
function offer(values: readonly string[], otherwise: Offer['otherwise'] = 'nothing'): Offer {
  return { values: plain(values), otherwise };
}

/** Values parted by commas, each once. */
function listed(values: readonly string[], word: string): Offer {
  const before = word.slice(0, word.lastIndexOf(',') + 1);
  const taken = before.split(',');
  return offer(values.filter((value) => !taken.includes(value)).map((value) => `${before}${value}`));
}

/** The Dockerfile and the context that a command line names. */
function namedBuild({ options, operands }: EarlierWords): readonly [file: string | null, context: string | null] {
  return [options.get('file')?.at(-1) ?? null, operands.at(-1) ?? null];
}

function filesIn({ options }: EarlierWords): readonly string[] {
  return options.get('file') ?? [];
}

/** What an option of Docker's can be given. */
export function dockerValues({ name }: OptionDefinition, names: NamesAtHand): WordSource {
  switch (name) {
    case 'platform':
      return (word) => listed(commonPlatforms, word);
    case 'target':
      return async (_, earlier) => offer(await names.stages(...namedBuild(earlier)));
    case 'no-cache-filter':
      return async (word, earlier) => listed(await names.stages(...namedBuild(earlier)), word);
    case 'build-arg':
      return async (_, earlier) => {
        const declared = await names.buildArguments(...namedBuild(earlier));
        return offer(declared.map((argument) => `${argument}=`));
      };
    case 'builder':
      return async () => offer(['default', ...(await names.builders())]);
    case 'tag':
      return async () => offer(await names.images());
    case 'set':
      return async (_, earlier) => offer((await names.bakeTargets(filesIn(earlier))).map((target) => `${target}.`));
    default:
      return () => offer(dockerOptionValues[name] ?? [], dockerFileOptions.has(name) ? 'files' : 'nothing');
  }
}

/** What an option of ours, or of one command, can be given, by what its value is called. */
export function ownValues({ name, value }: DescribedOption, { formats }: CommandRow): WordSource {
  if (name === 'format') return () => offer(formats);
  if (value === null) return () => offer(['true', 'false']);
  if (value.includes('|')) return () => offer(value.split('|'));
  if (value === 'DIR') return () => offer([], 'folders');
  return () => offer([], value === 'FILE' || value === 'LIST' ? 'files' : 'nothing');
}

/** Whether a word can only be a path: everything else is an image. */
const isPath = (word: string): boolean => /^[./~\\]/.test(word);

async function imagesOf(row: CommandRow, names: NamesAtHand, { options }: EarlierWords): Promise<readonly string[]> {
  const isRuled = row.name === 'policy explain';
  const ruled = isRuled ? names.ruledImages(options.get('policy') ?? []) : [];
  return (await Promise.all([ruled, names.images()])).flat();
}

/** Images where they may stand, and `.` for a build; a word that begins like a path is completed by the shell. */
async function imageOperands(row: CommandRow, names: NamesAtHand, word: string, earlier: EarlierWords): Promise<Offer> {
  const takesPath = row.usage.includes('PATH');
  if (takesPath && isPath(word)) return offer([], 'files');
  const targets = row.name === 'check' && filesIn(earlier).length > 0 ? await names.bakeTargets(filesIn(earlier)) : [];
  const images = await imagesOf(row, names, earlier);
  const here = takesPath ? [{ value: '.', description: 'the build of this folder' }] : [];
  return { values: [...here, ...plain([...targets, ...images])], otherwise: takesPath ? 'files' : 'nothing' };
}

/** What may stand behind a command, by what its usage calls it. */
export function operandsOf(row: CommandRow, names: NamesAtHand): WordSource {
  if (row.name === 'lock')
    return async (_, { options }) => (options.has('update') ? offer(await names.lockedImages()) : offer([], 'folders'));
  // what stands behind an option is its value
  const usage = row.usage.replaceAll(/--\S+ \S+/g, '');
  const isOperand = (word: string): boolean => new RegExp(`(?:^|[[|. ])${word}(?:$|[\\]|… ])`).test(usage);
  if (isOperand('IMAGE')) return (word, earlier) => imageOperands(row, names, word, earlier);
  if (isOperand('TARGET')) return async (_, earlier) => offer(await names.bakeTargets(filesIn(earlier)));
  if (isOperand('BUILD')) return async () => offer(await names.builds());
  if (isOperand('CODE')) return () => ({ values: codes(), otherwise: 'nothing' });
  if (isOperand('PATH')) return () => offer([], 'folders');
  if (isOperand('FILE') || isOperand('WHAT')) return () => offer([], 'files');
  if (/^[a-z]+(?:\|[a-z]+)+$/.test(usage)) return () => offer(usage.split('|'));
  return () => offer([]);
}

function codes(): readonly Candidate[] {
  return explainedCodes.map(({ code, headline }) => ({ value: code, description: headline ?? '' }));
}
