import { type CanonicalName, type Place, type Platform, type UseKind, VerifyError } from '../../model/index.ts';
import type { Instruction } from '../instruction/instruction.ts';
import { type InstructionNode, placeIn } from '../instruction/instruction-lines.ts';
import { placeOfBase, placeOfCopySource, placeOfMountSource } from '../instruction/locate.ts';
import { parseTrigger, triggerOf } from '../instruction/onbuild-trigger.ts';
import { expandWord, type Lookup } from '../shell/shell-word.ts';
import { readPlatform } from '../stage/build-platform.ts';
import type { NamedContext, NamedContexts } from '../stage/named-contexts.ts';
import { meantInsteadOf, numberHint, stageNumber, targetHint } from '../stage/near-stage.ts';
import { expandedHint, parseStageBase } from '../stage/stage-base.ts';
import { namesOfStages } from '../stage/stage-names.ts';
import {
  findCircle,
  type NamingInstruction,
  newState,
  reachableFrom,
  type StageState,
  StageStates,
  type Step,
} from '../stage/stage-state.ts';
import type { Stage, StagedDockerfile } from '../stage/stages.ts';
import { invalidDockerfile, placed } from '../text/invalid-dockerfile.ts';

export interface GraphInput {
  readonly dockerfile: StagedDockerfile;
  readonly contexts: NamedContexts;
  /** Of the platform in question. */
  readonly globals: Lookup;
  readonly targetPlatform: Platform;
  readonly machine: Platform;
  /** `--target`, null for the last stage. */
  readonly target: string | null;
  readonly onbuild: ReadonlyMap<CanonicalName, readonly string[]>;
  readonly budget: { left: number };
}

/** An image that BuildKit asks a registry for. */
export interface NamedImage {
  readonly name: CanonicalName;
  readonly platform: Platform;
  readonly namedBy: NamingInstruction;
  /** The named context that named it, null where the Dockerfile does. */
  readonly context: NamedContext | null;
}

/** A named context in use whose content is no image. */
export interface NamedContent {
  readonly context: NamedContext;
  readonly namedBy: NamingInstruction;
  /** Whether it takes the place of an image that a FROM names. */
  readonly inFrom: boolean;
}

/** The stages of one platform's build, and what they ask for. */
export interface BuildGraph {
  readonly states: readonly StageState[];
  readonly reachable: ReadonlySet<StageState>;
  readonly images: readonly NamedImage[];
  readonly contents: readonly NamedContent[];
  /** The image that the target is built on; null for scratch, or where a context stands in for it. */
  readonly runtimeBase: CanonicalName | null;
}

/** Rounds of looking for ONBUILD triggers: each must add a stage or end. */
const mostRounds = 64;
/** Triggers of all stages together, since a short file can multiply them. */
const mostTriggers = 20_000;

/**
 * Works out what a build of one platform reads, in the steps of BuildKit's frontend (dockerfile2llb).
 * @throws VerifyError `dockerfile.invalid` with the place
 */
export function buildGraph(input: GraphInput): BuildGraph {
  const builder = new GraphBuilder(input);
  return builder.build();
}

/** The image below the stage that is built: that of the first stage of its chain. */
function runtimeBaseOf(target: StageState): CanonicalName | null {
  let state = target;
  for (let { parent } = state; parent !== null; { parent } = parent) state = parent;
  return state.image;
}

class GraphBuilder {
  readonly #input: GraphInput;
  readonly #states = new StageStates();
  readonly #images: NamedImage[] = [];
  readonly #contents: NamedContent[] = [];
  #triggers = 0;

  constructor(input: GraphInput) {
    this.#input = input;
  }

  build(): BuildGraph {
    for (const stage of this.#input.dockerfile.stages) this.#addStage(stage);
    const target = this.#target();
    // The list grows while it is walked, by what COPY and mounts name; that has no instructions.
    for (const state of this.#states.all) {
      const instructions = state.stage?.instructions ?? [];
      state.steps = instructions.map((instruction) => this.#connect(state, instruction, null));
    }
    const circle = findCircle(this.#states.all);
    if (circle !== null) {
      const { label } = circle.state;
      const called = /^\d+$/.test(label) ? `stage-${label}` : label;
      throw invalidDockerfile(`circular dependency detected on stage: ${called}`, circle.place);
    }
    const reachable = this.#resolve(target);
    const { all: states } = this.#states;
    const runtimeBase = runtimeBaseOf(target);
    return { states, reachable, images: this.#images, contents: this.#contents, runtimeBase };
  }

  #addStage(stage: Stage): void {
    const { node, from } = stage;
    const label = from.name ?? String(stage.index);
    const place = placeOfBase(node, from.base);
    const base = placed(place, () => this.#expand(node, from.base));
    if (base === '')
      throw invalidDockerfile(`base name (${from.base}) should not be blank`, place, expandedHint(from.base));
    const platform = from.platform === '' ? null : placed(placeIn(node, 0), () => this.#platform(node, from.platform));
    const namedBy: NamingInstruction = { kind: 'from', stage: label, place, written: from.base };
    const state = newState({ stage, name: from.name?.toLowerCase() ?? '', label, base, namedBy, platform });
    if (state.name !== '') {
      state.context = placed(place, () =>
        this.#input.contexts.find(state.name, platform ?? this.#input.targetPlatform),
      );
    }
    this.#states.add(state);
    if (state.context !== null) state.parent = null;
  }

  #expand(node: InstructionNode, word: string): string {
    const { budget, globals } = this.#input;
    return expandWord(word, globals, { escape: node.escape, budget }).text;
  }

  #platform(node: InstructionNode, written: string): Platform {
    const text = this.#expand(node, written);
    if (text === '') throw invalidDockerfile(`empty platform value from expression ${written}`);
    return readPlatform(text, this.#input.machine);
  }

  #target(): StageState {
    const { target } = this.#input;
    const found = target === null || target === '' ? this.#states.all.at(-1) : this.#states.byName(target);
    if (found === undefined || found === null) {
      const file = this.#input.dockerfile.stages[0]?.node.file ?? '';
      throw new VerifyError('dockerfile.invalid', `target stage ${JSON.stringify(target)} could not be found`, {
        place: { file },
        hint: targetHint(target ?? '', namesOfStages(this.#input.dockerfile)),
      });
    }
    return found;
  }

  /** Finds what an instruction reads from. `trigger` is the place of the FROM that set off an ONBUILD, null for none. */
  #connect(state: StageState, instruction: Instruction, trigger: Trigger | null): Step {
    const place = trigger?.place ?? placeIn(instruction.node, 0);
    const sources = placed(place, () => this.#sourcesOf(state, instruction, trigger));
    for (const source of sources) {
      if (!state.sources.has(source)) state.sources.set(source, place);
      if (source.stage === null) this.#states.add(source);
    }
    return { instruction, sources, place, isTrigger: trigger !== null };
  }

  #sourcesOf(state: StageState, instruction: Instruction, trigger: Trigger | null): readonly StageState[] {
    const { node } = instruction;
    if (instruction.kind === 'run') {
      return instruction.mounts.map(({ from }, index) => {
        if (from === '')
          return this.#states.byName('scratch') ?? this.#implicit(state, 'scratch', 'mount', trigger, node);
        const place = (): Required<Place> => placeOfMountSource(node, index, from);
        return this.#states.byName(from) ?? this.#implicit(state, from, 'mount', trigger, node, place);
      });
    }
    if (instruction.kind !== 'copy' || instruction.copy.from === '') return [];
    const { from } = instruction.copy;
    const expanded = expandWord(from, () => null, { escape: this.#input.dockerfile.escape }).text;
    if (expanded !== from) {
      throw invalidDockerfile(
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
      );
    }
    const number = stageNumber(from);
    if (number !== null) {
      const found = this.#states.all[number];
      const count = this.#input.dockerfile.stages.length;
      if (found === undefined) throw invalidDockerfile(`invalid stage index ${number}`, null, numberHint(count));
      return [found];
    }
    const place = (): Required<Place> => placeOfCopySource(node, from);
    return [this.#states.byName(from) ?? this.#implicit(state, from, 'copy', trigger, node, place)];
  }

  /** An image that is named where a stage could be. */
  #implicit(
    state: StageState,
    base: string,
    kind: UseKind,
    trigger: Trigger | null,
    node: InstructionNode,
    place: () => Required<Place> = () => placeIn(node, 0),
  ): StageState {
    const namedBy: NamingInstruction = {
      kind: trigger === null ? kind : 'onbuild',
      stage: state.label,
      place: trigger?.place ?? place(),
      written: base,
    };
    return newState({ stage: null, name: '', label: state.label, base, namedBy, platform: null });
  }

  /** Resolves what is needed, and what the ONBUILD triggers of that need in turn. */
  #resolve(target: StageState): ReadonlySet<StageState> {
    for (let round = 0; round < mostRounds; round++) {
      const reachable = reachableFrom(target);
      for (const state of this.#states.all) this.#resolveBase(state, reachable.has(state));
      let grown = false;
      for (const state of reachable) grown = this.#readTriggers(state) || grown;
      if (!grown) return reachable;
    }
    throw invalidDockerfile('ONBUILD triggers lead on without end', target.namedBy.place);
  }

  #resolveBase(state: StageState, reachable: boolean): void {
    if (state.parent !== null || state.dispatched || state.resolved) return;
    state.resolved = reachable;
    if (state.stage === null) state.dispatched = true;
    if (state.base === 'scratch' && state.context === null) return;
    const { place, written } = state.namedBy;
    const meant = (): string | null => meantInsteadOf(written, state.namedBy, namesOfStages(this.#input.dockerfile));
    const name = placed(place, () => parseStageBase(state.base, written, meant));
    if (!reachable) return;
    const platform = state.platform ?? this.#input.targetPlatform;
    if (state.context !== null) {
      state.dispatched = true;
      this.#useContext(state.context, state, platform, this.#standsForImage(state));
      return;
    }
    const context = placed(state.namedBy.place, () => this.#input.contexts.find(name, platform));
    if (context !== null) this.#useContext(context, state, platform, state.stage !== null);
    else {
      state.image = name;
      this.#images.push({ name, platform, namedBy: state.namedBy, context: null });
    }
  }

  /** A stage that a context replaces stood for an image, unless it was made to be replaced (`FROM scratch AS name`). */
  #standsForImage(state: StageState): boolean {
    return state.base !== 'scratch' || this.#states.all.some((other) => other.parent === state);
  }

  #useContext(context: NamedContext, state: StageState, platform: Platform, inFrom: boolean): void {
    const { source } = context;
    if (source.kind === 'content') this.#contents.push({ context, namedBy: state.namedBy, inFrom });
    // targets are made to be built upon: only a name that is surely an image's is not theirs to take
    if (source.kind === 'target') this.#contents.push({ context, namedBy: state.namedBy, inFrom: false });
    if (source.kind !== 'image') return;
    state.image = source.image;
    const namedBy: NamingInstruction = { ...state.namedBy, kind: 'context', written: source.written };
    this.#images.push({ name: source.image, platform, namedBy, context });
  }

  #countTrigger(place: Required<Place>): void {
    this.#triggers++;
    if (this.#triggers > mostTriggers) throw invalidDockerfile('too many ONBUILD triggers', place);
  }

  /** Whether the triggers of a stage's base brought anything to resolve. */
  #readTriggers(state: StageState): boolean {
    if (state.triggersRead) return false;
    state.triggersRead = true;
    const { place } = state.namedBy;
    const steps: Step[] = [];
    const ofImage = state.image === null ? [] : (this.#input.onbuild.get(state.image) ?? []);
    for (const trigger of ofImage) {
      this.#countTrigger(place);
      const instruction = placed(place, () => parseTrigger(trigger, place.file, this.#input.dockerfile.release));
      steps.push(this.#connect(state, instruction, { place }));
    }
    for (const { instruction } of state.parent?.steps ?? []) {
      if (instruction.kind !== 'onbuild') continue;
      this.#countTrigger(place);
      const put = placed(place, () => triggerOf(instruction.trigger));
      steps.push(this.#connect(state, put, { place: placeIn(instruction.node, 0) }));
    }
    state.steps = [...steps, ...state.steps];
    return steps.some((step) => step.sources.length > 0);
  }
}

interface Trigger {
  readonly place: Required<Place>;
}
