import { invalidDockerfile, meantWord } from '../text/invalid-dockerfile.ts';
import { trim } from '../text/whitespace.ts';
import { heredocOfArgument } from './heredoc.ts';
import type { Pair } from './instruction-arguments.ts';
import { type Flags, type FlagType, parseFlags } from './instruction-flags.ts';
import type { InstructionNode } from './instruction-lines.ts';
import { mountSource } from './run-mount.ts';

/** An instruction, checked as far as it can be without knowing the rest of the file. */
export type Instruction =
  | { readonly kind: 'from'; readonly node: InstructionNode; readonly from: FromInstruction }
  | { readonly kind: 'arg'; readonly node: InstructionNode; readonly pairs: readonly Pair[] }
  | { readonly kind: 'env' | 'label'; readonly node: InstructionNode; readonly pairs: readonly Pair[] }
  | { readonly kind: 'copy' | 'add'; readonly node: InstructionNode; readonly copy: CopyInstruction }
  | {
      readonly kind: 'run';
      readonly node: InstructionNode;
      readonly mounts: readonly RunMount[];
      /** Whether it asks for a device. */
      readonly device: boolean;
    }
  | { readonly kind: 'onbuild'; readonly node: InstructionNode; readonly trigger: InstructionNode }
  | { readonly kind: 'plain'; readonly node: InstructionNode; readonly words: readonly string[] };

export interface FromInstruction {
  /** Before expansion. */
  readonly base: string;
  /** As written; null for none. */
  readonly name: string | null;
  /** `--platform` before expansion; `''` for none. */
  readonly platform: string;
}

export interface CopyInstruction {
  /** `--from`, `''` for none. */
  readonly from: string;
  readonly flags: Flags;
  readonly words: readonly string[];
}

interface RunMount {
  /** The flag's value as written. */
  readonly written: string;
  /** `''` for none. */
  readonly from: string;
}

const keywords =
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  );

type KnownFlags = Readonly<Record<string, FlagType>>;

const copyFlags: KnownFlags = {
  chown: 'text',
  from: 'text',
  chmod: 'text',
  link: 'boolean',
  exclude: 'texts',
  parents: 'boolean',
};
const addFlags: KnownFlags = {
  chown: 'text',
  chmod: 'text',
  link: 'boolean',
  'keep-git-dir': 'boolean',
  checksum: 'text',
  unpack: 'boolean',
  exclude: 'texts',
};
const runFlags: KnownFlags = { mount: 'texts', network: 'text', security: 'text', device: 'texts' };
const healthcheckFlags: KnownFlags = {
  interval: 'text',
  timeout: 'text',
  'start-period': 'text',
  'start-interval': 'text',
  retries: 'text',
};

/**
 * Checks one instruction by the rules of its keyword (frontend/dockerfile/instructions).
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function parseInstruction(node: InstructionNode): Instruction {
  const { command } = node;
  if (command === 'onbuild') return parseOnbuild(node);
  if (node.arguments === null) {
    const meant = meantWord(node.keyword.toUpperCase(), keywords);
    throw invalidDockerfile(`unknown instruction: ${node.keyword}`, null, meant);
  }
  const { words, pairs } = node.arguments;
  switch (command) {
    case 'from':
      return { kind: 'from', node, from: parseFrom(node, words) };
    case 'arg':
      return { kind: 'arg', node, pairs: parseArgPairs(words) };
    case 'env':
    case 'label':
      parseFlags(node, {});
      checkPairs(command.toUpperCase(), pairs);
      return { kind: command, node, pairs };
    case 'copy':
    case 'add':
      return { kind: command, node, copy: parseCopy(node, words) };
    case 'run':
      return { kind: 'run', node, ...parseRun(node) };
    default:
      checkPlain(node, words);
      return { kind: 'plain', node, words };
  }
}

function parseFrom(node: InstructionNode, words: readonly string[]): FromInstruction {
  const [base, as, name = null] = words;
  const named = words.length === 3 && as?.toLowerCase() === 'as';
  if (base === undefined || (words.length !== 1 && !named)) {
    throw invalidDockerfile('FROM requires either one or three arguments');
  }
  if (name !== null && !/^[a-z][a-z0-9-_.]*$/.test(name.toLowerCase())) {
    throw invalidDockerfile(
      `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`,
    );
  }
  const [platform = ''] = parseFlags(node, { platform: 'text' }).get('platform') ?? [];
  return { base, name, platform };
}

function parseArgPairs(words: readonly string[]): readonly Pair[] {
  if (words.length === 0) throw invalidDockerfile('ARG requires at least one argument');
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals === 0) throw invalidDockerfile('ARG names can not be blank');
    return equals < 0 ? { key: word, value: null } : { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

function checkPairs(keyword: string, pairs: readonly Pair[]): void {
  if (pairs.length === 0) throw invalidDockerfile(`${keyword} requires at least one argument`);
  if (pairs.some(({ key }) => key === '')) throw invalidDockerfile(`${keyword} names can not be blank`);
}

function parseCopy(node: InstructionNode, words: readonly string[]): CopyInstruction {
  const keyword = node.command.toUpperCase();
  const destination = words.at(-1);
  if (destination === undefined || words.length < 2) {
    throw invalidDockerfile(
      `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  }
  const flags = parseFlags(node, keyword === 'COPY' ? copyFlags : addFlags);
  if (heredocOfArgument(destination) !== null) {
    throw invalidDockerfile(`${keyword} cannot accept a heredoc as a destination`);
  }
  const [from = ''] = flags.get('from') ?? [];
  return { from, flags, words };
}

function parseRun(node: InstructionNode): { readonly mounts: readonly RunMount[]; readonly device: boolean } {
  const flags = parseFlags(node, runFlags);
  const mounts = (flags.get('mount') ?? []).map((written) => ({ written, from: mountSource(written) }));
  const [network = 'default'] = flags.get('network') ?? [];
  if (!['default', 'none', 'host'].includes(network)) {
    throw invalidDockerfile(`invalid network mode ${JSON.stringify(network)}`);
  }
  const [security = 'sandbox'] = flags.get('security') ?? [];
  if (security !== 'sandbox' && security !== 'insecure') {
    throw invalidDockerfile(`security ${JSON.stringify(security)} is not valid`);
  }
  return { mounts, device: flags.has('device') };
}

function parseOnbuild(node: InstructionNode): Instruction {
  const { trigger } = node;
  if (trigger === null) throw invalidDockerfile('ONBUILD requires at least one argument');
  parseFlags(node, {});
  const keyword = trigger.keyword.toUpperCase();
  if (keyword === 'ONBUILD') throw invalidDockerfile("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (keyword === 'MAINTAINER' || keyword === 'FROM') {
    throw invalidDockerfile(`${keyword} isn't allowed as an ONBUILD trigger`);
  }
  return { kind: 'onbuild', node, trigger };
}

function checkPlain(node: InstructionNode, words: readonly string[]): void {
  const keyword = node.command.toUpperCase();
  if (keyword === 'HEALTHCHECK') {
    checkHealthcheck(node, words);
    return;
  }
  if (keyword !== 'STOPSIGNAL') parseFlags(node, {});
  if (['MAINTAINER', 'WORKDIR', 'USER', 'STOPSIGNAL'].includes(keyword) && words.length !== 1) {
    throw invalidDockerfile(`${keyword} requires exactly one argument`);
  }
  if (['EXPOSE', 'VOLUME', 'SHELL'].includes(keyword) && words.length === 0) {
    throw invalidDockerfile(`${keyword} requires at least one argument`);
  }
  if (keyword === 'VOLUME' && words.some((word) => trim(word) === '')) {
    throw invalidDockerfile('VOLUME specified can not be an empty string');
  }
  if (keyword === 'SHELL' && node.arguments?.json !== true) {
    throw invalidDockerfile(`SHELL requires the arguments to be in JSON form: ${node.text}`);
  }
}

const durationPattern = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

function checkHealthcheck(node: InstructionNode, words: readonly string[]): void {
  const [type, ...rest] = words;
  if (type === undefined) throw invalidDockerfile('HEALTHCHECK requires at least one argument');
  if (type.toUpperCase() === 'NONE') {
    if (rest.length > 0) throw invalidDockerfile('HEALTHCHECK NONE takes no arguments');
    return;
  }
  const flags = parseFlags(node, healthcheckFlags);
  if (type.toUpperCase() !== 'CMD') {
    throw invalidDockerfile(`Unknown type ${JSON.stringify(type.toUpperCase())} in HEALTHCHECK (try CMD)`);
  }
  if (rest.length === 0) throw invalidDockerfile('Missing command after HEALTHCHECK CMD');
  for (const name of ['interval', 'timeout', 'start-period', 'start-interval']) {
    const [duration = ''] = flags.get(name) ?? [];
    if (duration === '') continue;
    if (!durationPattern.test(duration)) throw invalidDockerfile(`time: invalid duration ${JSON.stringify(duration)}`);
    if (duration.startsWith('-')) {
      throw invalidDockerfile(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
    }
  }
  const [retries = ''] = flags.get('retries') ?? [];
  if (retries !== '' && !/^[+-]?\d{1,10}$/.test(retries))
    throw invalidDockerfile(`parsing ${JSON.stringify(retries)}: invalid syntax`);
  if (retries.startsWith('-') && Number(retries) < 0) {
    throw invalidDockerfile(`--retries cannot be negative (${retries})`);
  }
}
