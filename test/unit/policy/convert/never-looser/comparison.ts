import { parse, stringify } from 'yaml';
import type { Evidence } from '../../../../../src/model/index.ts';
import { convertPolicy } from '../../../../../src/policy/convert/convert-policy.ts';
import type { ConversionAids } from '../../../../../src/policy/convert/public-sigstore.ts';
import { decide } from '../../../../../src/policy/decide/verdict/decide.ts';
import { inputOf } from '../../support/evidence.ts';
import { type Files, policiesOf } from '../../support/policies.ts';

/** Where the generators of these tests begin. */
export const seed = 20_261_128;

/** One question: an image with what is attached to it, and whether the source lets it in. */
export interface Question {
  readonly name: string;
  readonly evidence: readonly Evidence[];
  readonly allowed: boolean;
}

/** A rule of a converted policy, to be loosened. */
export type LooseRule = Record<string, unknown>;

/** How converted policies did beside their sources. */
export class Comparison {
  asked = 0;
  /** How often the converted policy said allow: without any, nothing is shown. */
  allowed = 0;
  readonly looser: string[] = [];
  readonly #files: Files;
  readonly #aids: ConversionAids | undefined;
  readonly #loosen: ((rule: LooseRule) => void) | null;

  /** @param loosen what a test does to each rule, that is then to be found out */
  constructor(files: Files, aids?: ConversionAids, loosen: ((rule: LooseRule) => void) | null = null) {
    this.#files = files;
    this.#aids = aids;
    this.#loosen = loosen;
  }

  /** Asks a policy, once converted, and notes where it allows what its source refuses. */
  async ask(source: string, questions: readonly Question[]): Promise<void> {
    const { yaml } = await convertPolicy(new TextEncoder().encode(source), 'x.json', this.#aids);
    const loaded = await policiesOf({ project: this.#loosened(yaml), files: this.#files });
    // what the built-in policy says could only hide a looser one
    const policies = { ...loaded, layers: loaded.layers.filter(({ layer }) => layer === 'project') };
    for (const { name, evidence, allowed } of questions) {
      const { status } = decide(inputOf(name, evidence), policies);
      this.asked += 1;
      if (status !== 'allow') continue;
      this.allowed += 1;
      if (!allowed) this.looser.push(`${name}\n${source}\n${yaml}\n${JSON.stringify(evidence)}`);
    }
  }

  report(what: string): void {
    console.log(`${what}: ${this.asked} questions, allowed ${this.allowed}, looser ${this.looser.length}`);
  }

  #loosened(yaml: string): string {
    if (this.#loosen === null) return yaml;
    const document = parse(yaml) as { rules?: LooseRule[] };
    for (const rule of document.rules ?? []) this.#loosen(rule);
    return stringify(document);
  }
}

/** Forgets a field, wherever it stands. */
export function forget(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  delete fields[field];
  for (const inner of Object.values(fields)) forget(inner, field);
}

/** The repository of a name, without tag and digest. */
export function repositoryIn(name: string): string {
  return name.replace(/(?::[^:/@]+)?(?:@.*)?$/, '');
}
