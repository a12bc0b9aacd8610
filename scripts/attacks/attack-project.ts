import { join } from 'node:path';
import { Random } from '../oracle/seeded-random.ts';
import type { Outcomes } from './attack-images.ts';
import { type Bed, enginesOf, inProject } from './bed.ts';
import type { Cast } from './cast.ts';
import { endOf, judgedBuild } from './judged-build.ts';
import { randomProject } from './mutate-project.ts';
import { type Attack, randomAttack } from './mutate-stock.ts';
import { Stock } from './stock.ts';

/** The honest repository of a role, where `evil` is the attackers' image; for a layout the one that is attacked. */
function repositoryOf(attack: Attack, isLayout: boolean): Stock {
  if (isLayout) return attack.stock;
  const stock = new Stock();
  for (const actor of [attack.role.evil, attack.role.good]) stock.add(actor.stock);
  stock.tags.set('1', attack.role.good.root);
  stock.tags.set('evil', attack.role.evil.root);
  return stock;
}

/** Whether a file holds the mark of an image of the cast. */
function isMark(content: string, { marks }: Cast): boolean {
  return content.startsWith('evil ') || [...marks.values()].some((each) => each.has(content));
}

/** Builds one project that an attacker wrote, and judges what became of it. */
export async function attackProject(bed: Bed, number: number): Promise<Outcomes> {
  const random = new Random(number);
  const attack = randomAttack(random, bed.cast);
  const rule = attack.role.member.name;
  const repository = `c${number}/${rule}`;
  const [good, evil] = [`${bed.stage.host}/${repository}:1`, `${bed.stage.host}/${repository}:evil`];
  try {
    return await inProject(bed, async (folder) => {
      const project = await randomProject({ random, folder, attack, good, evil });
      const isLayout = project.kind === 'layout';
      bed.stage.show(repository, repositoryOf(attack, isLayout), isLayout ? attack.lies : []);
      const engines = enginesOf(bed.lab);
      const { run, wrongs } = await judgedBuild(bed, {
        words: project.words,
        cwd: folder,
        // the classic store builds on no layouts
        engine: isLayout ? (engines.at(-1) ?? engines[0]) : random.pick(engines),
        results: join(folder, '.results'),
        ruleFor: (_file, content) => (isMark(content, bed.cast) ? rule : null),
        ...(project.stdin === undefined ? {} : { stdin: project.stdin }),
      });
      const detail = `${project.kind} (--case ${number}) of ${good}, ${evil}\n  ${project.described}\n${endOf(run)}`;
      return {
        finds: wrongs.map((what) => ({ case: number, what, detail })),
        built: run.status === 0 ? 1 : 0,
        kinds: { [`${project.kind} ended with ${run.status}`]: 1 },
      };
    });
  } finally {
    bed.stage.clear();
  }
}
