import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { operandsOf, requestedPlatforms, withoutOperands } from '../../../invocation/index.ts';
import {
  type CanonicalName,
  type ImageUse,
  imageScheme,
  parseCanonicalName,
  VerifyError,
} from '../../../model/index.ts';
import { machinePlatform, namedPlatforms } from '../../session/default-platform.ts';
import type { Session } from '../../session/session.ts';

/** What a command line names: one path, images, or nothing. */
export type Operands =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'path' }
  | { readonly kind: 'images'; readonly names: readonly string[] };

/** Whether an operand is a path; everything else is an image, whatever folders exist. */
function isPathOperand(text: string): boolean {
  return /^(?:\.{1,2}$|-$|\/|\.{1,2}[/\\]|[A-Za-z]:[/\\]|[a-z+]+:\/\/|git@)/.test(text);
}

/** Whether a word could only be an image: it names a registry, a tag or a digest. */
function isPlainlyImage(word: string): boolean {
  const [host = '', ...path] = word.split('/');
  return /[:@]/.test(word) || (path.length > 0 && (host.includes('.') || host === 'localhost'));
}

function isPresent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // a name that the system cannot have, or below a file
  }
}

/** Refuses a word that may be meant for an image or for what lies here under that name: the wrong guess would judge another thing. */
function refuseDoubtful(word: string, folder: string, taken: 'images' | 'paths too'): void {
  if (word.endsWith('/') && !isPresent(resolve(folder, word))) {
    const shown = word.slice(0, 100);
    throw new VerifyError('usage.invalid', `"${shown}" is no image, and there is no such folder`, {
      hint: `write ./${shown} for a folder, and an image without a slash at its end`,
    });
  }
  if (word === '' || isPlainlyImage(word) || !isPresent(resolve(folder, word))) return;
  const shown = word.slice(0, 100).replace(/\/+$/, '');
  throw new VerifyError('usage.invalid', `"${shown}" is an image, and here also a file or folder`, {
    hint: `write ${taken === 'images' ? '' : `./${shown} for the path, `}${shown}:latest for the image`,
  });
}

/**
 * Tells whether a command line names a path or images.
 * @param folder the current one
 * @param taken what the command takes
 * @throws VerifyError `usage.invalid` for both at once, more than one path, and a word that may be either
 */
export function readOperands(
  args: readonly string[],
  folder: string,
  taken: 'images' | 'paths too' = 'paths too',
): Operands {
  const operands = operandsOf(args);
  if (operands.length === 0) return { kind: 'nothing' };
  const paths = operands.filter(isPathOperand);
  for (const operand of operands) if (!isPathOperand(operand)) refuseDoubtful(operand, folder, taken);
  if (paths.length === 0) return { kind: 'images', names: operands };
  if (operands.length === 1) return { kind: 'path' };
  const found = operands.slice(0, 5).join(' ');
  throw new VerifyError('usage.invalid', `expected one path, or images; found ${found}`, {
    hint:
      paths.length === operands.length
        ? 'name one path at a time'
        : 'a path begins with ./ or /, everything else is an image: name one path, or images',
  });
}

/**
 * The images of a command line for a command that takes nothing else.
 * @throws VerifyError `usage.invalid`
 */
export function onlyImages(
  args: readonly string[],
  session: Session,
  command: string,
  forPaths: string,
): readonly ImageUse[] {
  const operands = readOperands(args, session.environment.workingDirectory, 'images');
  if (operands.kind === 'images') return imageOperands(operands.names, args, session);
  const [operand = ''] = operandsOf(args);
  if (/^https?:\/\//.test(operand)) {
    throw new VerifyError('usage.invalid', `${command} takes images, found the address ${operand.slice(0, 200)}`, {
      hint: "write the image's name, as docker pull takes it, without https://",
    });
  }
  const found = operands.kind === 'path' ? `found the path ${operand}` : 'found none';
  throw new VerifyError('usage.invalid', `${command} takes images, ${found}`, { hint: forPaths });
}

/**
 * The command line of a command that takes one path or nothing, and no images: what lies here needs no `../` then, and gets it.
 * @param folder the current one
 * @throws VerifyError `usage.invalid`
 */
export function withPathAlone(args: readonly string[], folder: string, command: string): readonly string[] {
  const operands = operandsOf(args);
  const isPath = (word: string): boolean =>
    isPathOperand(word) || (word !== '' && !isPlainlyImage(word) && isPresent(resolve(folder, word)));
  const image = operands.find((word) => !isPath(word));
  if (image !== undefined) {
    const shown = image.slice(0, 100).replace(/\/+$/, '');
    const bare = shown.startsWith(imageScheme) ? shown.slice(imageScheme.length) : shown;
    throw new VerifyError('usage.invalid', `${command} takes a path, and "${shown}" is an image`, {
      hint: `write ./${shown} for a path; docker verify check ${bare} looks at the image`,
    });
  }
  if (operands.length > 1) {
    const found = operands.slice(0, 5).join(' ');
    throw new VerifyError('usage.invalid', `expected one path; found ${found}`, { hint: 'name one path at a time' });
  }
  const bare = operands.find((word) => !isPathOperand(word));
  return bare === undefined ? args : [...withoutOperands(args, [bare]), `./${bare}`];
}

/**
 * Parts a command line into that of its path, which may be missing, and the images beside it.
 * @param folder the current one
 * @throws VerifyError `usage.invalid`, `reference.invalid`
 */
export function partImages(
  args: readonly string[],
  folder: string,
): { readonly args: readonly string[]; readonly images: ReadonlySet<CanonicalName> } {
  const words = operandsOf(args).filter((operand) => !isPathOperand(operand));
  for (const word of words) refuseDoubtful(word, folder, 'paths too');
  return { args: withoutOperands(args, words), images: new Set(words.map((word) => parseCanonicalName(word))) };
}

/** The images of a command line, each once, as uses for the platforms asked for. */
export function imageOperands(
  names: readonly string[],
  rest: readonly string[],
  session: Session,
): readonly ImageUse[] {
  const asked = requestedPlatforms(rest, session.environment);
  const platforms =
    asked.length === 0 ? [machinePlatform(session.environment)] : namedPlatforms(asked, session.environment);
  const uses = names.map((written) => ({ name: parseCanonicalName(written), written, platforms, uses: [] }));
  return uses.filter((use, index) => uses.findIndex(({ name }) => name === use.name) === index);
}

/** This folder where the command line names neither path nor image. */
export function withDefaultPath(args: readonly string[]): readonly string[] {
  return operandsOf(args).length === 0 ? [...args, '.'] : args;
}
