import { type FetchedSource, isGitUrl, isHttpUrl, type Place, sourceOf } from '../../model/index.ts';
import { heredocOfArgument } from '../instruction/heredoc.ts';
import type { CopyInstruction } from '../instruction/instruction.ts';
import type { Pair } from '../instruction/instruction-arguments.ts';
import { type InstructionNode, placeIn } from '../instruction/instruction-lines.ts';
import { checkMount } from '../instruction/run-mount.ts';
import { type Expanded, expandWord, type ShellOptions } from '../shell/shell-word.ts';
import { type BuildArguments, buildArgument } from '../stage/global-arguments.ts';
import { StageEnvironment } from '../stage/stage-environment.ts';
import type { StageState, Step } from '../stage/stage-state.ts';
import { lacksDevices } from '../text/frontend-release.ts';
import { invalidDockerfile, placed } from '../text/invalid-dockerfile.ts';
import type { BuildGraph } from './build-graph.ts';

export interface CheckInput {
  readonly graph: BuildGraph;
  readonly globals: ReadonlyMap<string, string>;
  readonly buildArguments: BuildArguments;
  readonly escape: string;
  /** Whether the file holds bytes that are not UTF-8, which now stand as U+FFFD. */
  readonly malformed: boolean;
  readonly budget: { left: number };
}

/** A source that an ADD asks for. */
export interface AddedSource {
  readonly source: Omit<FetchedSource, 'uses'>;
  readonly kind: 'add' | 'onbuild';
  readonly stage: string;
  readonly place: Required<Place>;
}

/**
 * Walks through the instructions of all stages that are needed, in their order, as BuildKit does once the bases are
 * resolved, and refuses what it refuses then. What depends on the content of a base image passes. Gives what ADD asks for.
 * @throws VerifyError `dockerfile.invalid` with the place
 */
export function checkSteps(input: CheckInput): readonly AddedSource[] {
  const added: AddedSource[] = [];
  const environments = new Map<StageState, StageEnvironment>();
  for (const state of input.graph.states) {
    if (!input.graph.reachable.has(state) || state.dispatched) continue;
    state.dispatched = true;
    const environment = firstEnvironment(state, environments);
    environments.set(state, environment);
    const checker = new StepChecker(input, state, environment, added);
    for (const step of state.steps) placed(step.place, () => checker.check(step));
  }
  return added;
}

function firstEnvironment(
  state: StageState,
  environments: ReadonlyMap<StageState, StageEnvironment>,
): StageEnvironment {
  if (state.parent !== null) return environments.get(state.parent)?.inherit() ?? StageEnvironment.ofUnread();
  return state.base === 'scratch' ? StageEnvironment.ofScratch() : StageEnvironment.ofUnread();
}

class StepChecker {
  readonly #input: CheckInput;
  readonly #state: StageState;
  readonly #environment: StageEnvironment;
  readonly #shell: ShellOptions;
  readonly #added: AddedSource[];

  constructor(input: CheckInput, state: StageState, environment: StageEnvironment, added: AddedSource[]) {
    this.#input = input;
    this.#state = state;
    this.#environment = environment;
    this.#shell = { escape: input.escape, budget: input.budget };
    this.#added = added;
  }

  check(step: Step): void {
    const { instruction, sources } = step;
    if (this.#input.malformed && instruction.kind === 'run') checkEncoding(instruction.node);
    switch (instruction.kind) {
      case 'env':
        for (const [key, value] of this.#expandPairs(instruction.pairs)) {
          if (key.certain) this.#environment.set(key.text, value.certain ? value.text : undefined);
        }
        return;
      case 'label':
        this.#expandPairs(instruction.pairs);
        return;
      case 'arg':
        for (const pair of instruction.pairs) this.#declare(pair);
        return;
      case 'copy':
      case 'add':
        this.#checkCopy(instruction.kind, instruction.copy, step);
        return;
      case 'run':
        if (instruction.device && lacksDevices(instruction.node.release)) {
          throw invalidDockerfile('device feature is only supported in Dockerfile frontend 1.14.0-labs or later');
        }
        instruction.mounts.forEach(({ written, from }, index) => {
          if (!instruction.node.release.anyFlags) {
            checkMount(written, (word) => this.#expand(word), this.#environment.workingDirectory);
          }
          const source = sources[index];
          if (from !== '' && source?.dispatched === false) {
            throw invalidDockerfile(
              `cannot mount from stage ${JSON.stringify(from)}, stage needs to be defined before current command`,
            );
          }
        });
        return;
      case 'plain':
        this.#checkPlain(instruction.node.command, instruction.words);
        return;
      case 'from':
      case 'onbuild':
        return;
    }
  }

  #expand(word: string): Expanded {
    return expandWord(word, (name) => this.#environment.get(name), this.#shell);
  }

  /** All are expanded before the first counts. */
  #expandPairs(pairs: readonly Pair[]): readonly (readonly [Expanded, Expanded])[] {
    return pairs.map(({ key, value }) => [this.#expand(key), this.#expand(value ?? '')] as const);
  }

  #declare({ key, value }: Pair): void {
    const given = buildArgument(this.#input.buildArguments, key);
    const inherited = value === null ? (this.#input.globals.get(key) ?? null) : null;
    if (given !== null) this.#environment.set(key, given);
    else if (value !== null) {
      const { text, certain } = this.#expand(value);
      this.#environment.set(key, certain ? text : undefined);
    } else if (inherited !== null) this.#environment.set(key, inherited);
    else this.#environment.declare(key);
  }

  #checkCopy(kind: 'copy' | 'add', copy: CopyInstruction, step: Step): void {
    const { instruction, sources } = step;
    const flag = (name: string): Expanded => this.#expand(copy.flags.get(name)?.[0] ?? '');
    flag('chown');
    const chmod = flag('chmod');
    const checksum = flag('checksum');
    const isPlain = (word: string): boolean => heredocOfArgument(word) === null;
    const words = copy.words.slice(0, -1).filter(isPlain);
    const paths = words.map((word) => this.#expand(word));
    this.#expand(copy.words.at(-1) ?? '');
    for (const { expands, content } of instruction.node.heredocs) {
      const options = { ...this.#shell, escape: '\\', plainQuotes: true };
      if (expands) expandWord(content, (name) => this.#environment.get(name), options);
    }
    if (sources[0]?.dispatched === false) {
      throw invalidDockerfile(
        `cannot copy from stage ${JSON.stringify(copy.from)}, it needs to be defined before current stage ${JSON.stringify(this.#state.label)}`,
      );
    }
    if (chmod.certain) checkMode(chmod.text);
    if (checksum.certain && checksum.text !== '') checkChecksum(paths);
    if (kind === 'add') {
      for (const [index, word] of words.entries()) this.#addSource(step, word, paths[index], checksum);
      return;
    }
    for (const { text, certain } of paths) {
      if (certain && isGitSource(text)) throw invalidDockerfile("source can't be a git ref for COPY");
      if (certain && isHttpUrl(text)) throw invalidDockerfile("source can't be a URL for COPY");
    }
  }

  /** What holds a source counts only where every variable is known: the base image might set another value. */
  #addSource(step: Step, written: string, path: Expanded | undefined, checksum: Expanded): void {
    if (path === undefined || path.text.startsWith('github.com/')) return;
    const sum = checksum.certain ? checksum.text : '';
    const source = sourceOf(path.text, sum);
    if (source === null) return;
    const { isTrigger, instruction, place } = step;
    const { node } = instruction;
    this.#added.push({
      source: path.certain || source.pin === sum ? source : { ...source, pin: null },
      kind: isTrigger ? 'onbuild' : 'add',
      stage: this.#state.label,
      place: isTrigger ? place : placeIn(node, Math.max(node.text.indexOf(written, node.keyword.length), 0)),
    });
  }

  #checkPlain(command: string, words: readonly string[]): void {
    if (!['workdir', 'user', 'volume', 'stopsignal', 'expose'].includes(command)) return;
    for (const { text, certain } of words.map((word) => this.#expand(word))) {
      if (command === 'workdir') this.#environment.changeDirectory(certain ? text : null);
      if (!certain) continue;
      if (command === 'stopsignal') checkSignal(text);
      if (command === 'volume' && text === '') throw invalidDockerfile('VOLUME specified can not be an empty string');
      if (command === 'expose') for (const port of text.split(/\s+/)) checkPort(port);
    }
  }
}

/** What a RUN in shell form starts must be UTF-8; BuildKit mends all else. */
function checkEncoding(node: InstructionNode): void {
  const texts = [node.text, ...node.heredocs.map(({ content }) => content)];
  if (node.arguments?.json !== true && texts.some((text) => text.includes('\ufffd'))) {
    throw invalidDockerfile('failed to marshal LLB definition: string field contains invalid UTF-8');
  }
}

/** What `github.com/…` names is a repository for a context only; here it is a path. */
function isGitSource(path: string): boolean {
  return isGitUrl(path) && !path.startsWith('github.com/');
}

function checkMode(mode: string): void {
  if (mode === '') return;
  const octal = /^[0-7]+$/.test(mode);
  const symbolic = /^[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+)*$/.test(mode);
  if (octal ? Number.parseInt(mode, 8) > 0o7777 : !symbolic) {
    throw invalidDockerfile(`invalid chmod parameter: '${mode}'. it should be octal string and between 0 and 07777`);
  }
}

function checkChecksum(paths: readonly Expanded[]): void {
  const [first] = paths;
  if (first === undefined || paths.length !== 1) {
    throw invalidDockerfile("checksum can't be specified for multiple sources");
  }
  if (first.certain && !isGitUrl(first.text) && !isHttpUrl(first.text)) {
    throw invalidDockerfile('checksum requires HTTP(S) or Git sources');
  }
}

const signals: ReadonlySet<string> = new Set(
  (
    'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP ' +
    'TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'
  ).split(' '),
);

function checkSignal(text: string): void {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const real = /^RTMIN\+(?:[1-9]|1[0-5])$|^RTMAX-(?:[1-9]|1[0-4])$/.test(name);
  const number = /^\+?\d+$/.test(text) && Number(text) > 0;
  if (!signals.has(name) && !real && !number) throw invalidDockerfile(`invalid signal: ${text}`);
}

function checkPort(text: string): void {
  if (text === '') return;
  const match = /^(.*?)(?:\/([^/]*))?$/s.exec(text);
  const protocol = (match?.[2] ?? 'tcp').toLowerCase();
  const ports = (match?.[1] ?? '').split(':').at(-1) ?? '';
  const numbers = ports.split('-');
  const inRange = numbers.length <= 2 && numbers.every((port) => /^\d+$/.test(port) && Number(port) <= 65_535);
  const ascending = Number(numbers[0]) <= Number(numbers.at(-1));
  if (!inRange || !ascending || !['tcp', 'udp', 'sctp', ''].includes(protocol)) {
    throw invalidDockerfile(`invalid containerPort: ${text}`);
  }
}
