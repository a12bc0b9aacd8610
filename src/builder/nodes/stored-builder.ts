import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, isRecord, readBoundedFile, recordsOf, textOr, tryParseJson } from '../../model/index.ts';
import { createPrivateFolder } from '../programs/private-folder.ts';

const largestFile = 1024 * 1024;
const instances = 'instances';

/** The folder where buildx keeps its builders and its records of builds. */
export function buildxFolder(environment: Environment): string {
  const named = environment.variables['BUILDX_CONFIG'] ?? '';
  return named === ''
    ? join(environment.dockerConfigDirectory, 'buildx')
    : resolve(environment.workingDirectory, named);
}

/** A builder that `docker buildx create` has made, as buildx stores it. */
export interface StoredBuilder {
  /** In lower case, as buildx keeps it. */
  readonly name: string;
  readonly driver: string;
  /** In buildx's order: where no platform is asked for, it builds on the first. */
  readonly nodes: readonly StoredNode[];
  /** The file's text: what is cached for the builder is cached for this. */
  readonly text: string;
}

/** One of its nodes. */
export interface StoredNode {
  readonly name: string;
  readonly endpoint: string;
}

/** Reads a builder's own file; null where there is none, which means that its name is a Docker context's. */
export async function readStoredBuilder(environment: Environment, written: string): Promise<StoredBuilder | null> {
  // buildx, store/util.go: ValidateName
  if (!/^[a-z][\w.-]*$/i.test(written)) return null;
  const name = written.toLowerCase();
  const file = join(buildxFolder(environment), instances, name);
  const bytes = await readBoundedFile(file, largestFile).catch(() => null);
  const text = bytes?.toString('utf8') ?? '';
  const parsed = tryParseJson(text);
  if (!isRecord(parsed)) return null;
  const nodes = recordsOf(parsed['Nodes']).map((node) => ({
    name: textOr(node['Name'], ''),
    endpoint: textOr(node['Endpoint'], ''),
  }));
  return { name, driver: textOr(parsed['Driver'], ''), nodes, text };
}

/** The names of the builders that `docker buildx create` has made; none where its folder cannot be read. */
export async function storedBuilderNames(environment: Environment): Promise<readonly string[]> {
  return await readdir(join(buildxFolder(environment), instances)).catch(() => []);
}

function withOneNode({ text }: StoredBuilder, name: string): string {
  const parsed = tryParseJson(text);
  const record = isRecord(parsed) ? parsed : {};
  return JSON.stringify({ ...record, Nodes: recordsOf(record['Nodes']).filter((node) => node['Name'] === name) });
}

/**
 * Asks buildx about one node of a builder, which it has no option for: `ask` is given the variables under which it knows
 * the builder by that node alone. They hold until the answer has come.
 * @throws VerifyError `file.unwritable`, and whatever `ask` does
 */
export async function askNodeAlone<Answer>(
  environment: Environment,
  builder: StoredBuilder,
  node: string,
  ask: (variables: Readonly<Record<string, string>>) => Promise<Answer>,
): Promise<Answer> {
  const folder = createPrivateFolder(environment);
  try {
    await mkdir(join(folder.path, instances));
    folder.write(join(instances, builder.name), withOneNode(builder, node));
    return await ask({ BUILDX_CONFIG: folder.path });
  } finally {
    folder.remove();
  }
}
