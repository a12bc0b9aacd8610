import type { CanonicalName, Place, Platform, UseKind } from '../../model/index.ts';
import type { Instruction } from '../instruction/instruction.ts';
import type { NamedContext } from './named-contexts.ts';
import type { Stage } from './stages.ts';

/** Where something is asked for, and by which stage. */
export interface NamingInstruction {
  readonly kind: UseKind;
  /** The stage's name as written, else its index. */
  readonly stage: string;
  readonly place: Required<Place>;
  /** The image as written. */
  readonly written: string;
}

/** A source that an instruction reads from: a stage, or an image, which BuildKit takes for a stage without a name. */
export interface Step {
  readonly instruction: Instruction;
  /** In the order of the mounts for a RUN; at most one for a COPY. */
  readonly sources: readonly StageState[];
  readonly place: Required<Place>;
  /** Whether an ONBUILD has put it here, and `place` is that of what set it off. */
  readonly isTrigger: boolean;
}

/** A stage while it is being resolved (BuildKit's dispatchState). */
export interface StageState {
  /** Null for an image that only COPY or a mount names. */
  readonly stage: Stage | null;
  /** In lower case, `''` for none. */
  readonly name: string;
  /** For people: as written, else the index. */
  readonly label: string;
  /** What it is based on, after expansion. */
  readonly base: string;
  readonly namedBy: NamingInstruction;
  readonly platform: Platform | null;
  /** The stage that it is based on. */
  parent: StageState | null;
  /** The named context that stands in for the whole stage. */
  context: NamedContext | null;
  /** What it reads from, with the place that says so. */
  readonly sources: Map<StageState, Required<Place>>;
  steps: readonly Step[];
  resolved: boolean;
  dispatched: boolean;
  triggersRead: boolean;
  /** The image that its base turned out to be, null for a stage, `scratch` or other content. */
  image: CanonicalName | null;
}

/** A stage of which nothing is resolved yet. */
export function newState(
  given: Pick<StageState, 'stage' | 'name' | 'label' | 'base' | 'namedBy' | 'platform'>,
): StageState {
  return {
    ...given,
    parent: null,
    context: null,
    sources: new Map(),
    steps: [],
    resolved: false,
    dispatched: false,
    triggersRead: false,
    image: null,
  };
}

/** The stages of a build with those that COPY and mounts add, found by name or number. */
export class StageStates {
  readonly all: StageState[] = [];
  readonly #byName = new Map<string, StageState>();

  /** Adds a stage; one of the same name hides an earlier one from all that is looked up later. */
  add(state: StageState): void {
    this.all.push(state);
    state.parent = this.#byName.get(state.base) ?? null;
    if (state.name !== '') this.#byName.set(state.name, state);
  }

  /** In any case of letters. */
  byName(name: string): StageState | null {
    return this.#byName.get(name.toLowerCase()) ?? null;
  }
}

/** All that is needed to build `target`, itself included. */
export function reachableFrom(target: StageState): ReadonlySet<StageState> {
  const reached = new Set<StageState>([target]);
  for (const state of reached) {
    if (state.parent !== null) reached.add(state.parent);
    for (const source of state.sources.keys()) reached.add(source);
  }
  return reached;
}

/** A stage that reads from itself, through others too, with the place where; null where there is none. */
export function findCircle(states: readonly StageState[]): { state: StageState; place: Required<Place> } | null {
  const done = new Set<StageState>();
  for (const start of states) {
    if (done.has(start)) continue;
    const path = new Map<StageState, IterableIterator<[StageState, Required<Place>]>>();
    const stack = [start];
    path.set(start, start.sources.entries());
    done.add(start);
    for (let state = stack.at(-1); state !== undefined; state = stack.at(-1)) {
      const next = path.get(state)?.next();
      if (next === undefined || next.done === true) {
        path.delete(state);
        stack.pop();
        continue;
      }
      const [source, place] = next.value;
      if (path.has(source)) return { state: start, place };
      if (done.has(source)) continue;
      done.add(source);
      stack.push(source);
      path.set(source, source.sources.entries());
    }
  }
  return null;
}
