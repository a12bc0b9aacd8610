import type { Environment } from '../../model/index.ts';
import { formatPlatform, parsePlatform, VerifyError } from '../../model/index.ts';
import { askBuildx, lastWords } from '../programs/buildx-command.ts';
import type { Programs } from '../programs/programs.ts';
import { parseVersion } from '../programs/versions.ts';

/** One worker behind a builder. */
export interface BuilderNode {
  readonly name: string;
  readonly endpoint: string;
  readonly status: string;
  /** As buildx reports it; null where it does not, or reports a version of zeros. */
  readonly buildkitVersion: string | null;
  /** `os/architecture[/variant]`, normalised, the node's own first. */
  readonly platforms: readonly string[];
  /** The image that it runs, for the docker-container and kubernetes drivers, where it was chosen. */
  readonly image: string | null;
  /** Why it cannot be used; null where it can. */
  readonly error: string | null;
}

/** What `buildx inspect` says of a builder. */
export interface BuilderInspection {
  readonly name: string;
  readonly driver: string;
  readonly nodes: readonly BuilderNode[];
}

interface Section {
  readonly values: Map<string, string>;
}

function platformsOf(text: string): readonly string[] {
  const parsed = text.split(',').flatMap((word) => {
    try {
      return [formatPlatform(parsePlatform(word.replaceAll('*', '').trim()))];
    } catch {
      return [];
    }
  });
  return [...new Set(parsed)];
}

function nodeFrom(section: Section): BuilderNode {
  const { values } = section;
  const version = values.get('buildkit version') ?? values.get('buildkit') ?? '';
  const image = /(?:^|\s)image="([^"]+)"/.exec(values.get('driver options') ?? '');
  return {
    name: values.get('name') ?? '',
    endpoint: values.get('endpoint') ?? '',
    status: values.get('status') ?? '',
    buildkitVersion: parseVersion(version) === null ? null : version,
    platforms: platformsOf(values.get('platforms') ?? ''),
    image: image?.[1] ?? null,
    error: values.get('error') ?? null,
  };
}

/** Reads the text of `buildx inspect`: `Key: value` lines, first of the builder, after `Nodes:` of each node. */
export function parseInspection(text: string): BuilderInspection {
  const head: Section = { values: new Map() };
  const nodes: Section[] = [];
  let inNodes = false;
  for (const line of text.split('\n')) {
    const found = /^(\w[\w #]*?):\s*(.*)$/.exec(line);
    if (found === null) continue;
    const key = (found[1] ?? '').toLowerCase();
    const value = (found[2] ?? '').trim();
    if (key === 'nodes') inNodes = true;
    else if (!inNodes) head.values.set(key, value);
    else if (key === 'name') nodes.push({ values: new Map([[key, value]]) });
    else if (!nodes.at(-1)?.values.has(key)) nodes.at(-1)?.values.set(key, value);
  }
  return { name: head.values.get('name') ?? '', driver: head.values.get('driver') ?? '', nodes: nodes.map(nodeFrom) };
}

/**
 * Asks buildx for a builder; null for the one in use.
 * @throws VerifyError `builder.unavailable`, `timeout`
 */
export async function inspectBuilder(
  programs: Programs,
  environment: Environment,
  name: string | null,
): Promise<BuilderInspection> {
  const answer = await askBuildx(programs, environment, ['inspect', ...(name === null ? [] : [name])]);
  const inspection = parseInspection(answer.stdout);
  if (answer.status === 0 && inspection.nodes.length > 0) return inspection;
  throw new VerifyError(
    'builder.unavailable',
    `the builder ${name === null ? 'in use' : `"${name}"`} cannot be asked: ${lastWords(answer.stderr)}`,
    {
      hint: 'see `docker buildx ls`',
    },
  );
}

/**
 * The version of buildx, as it reports it: the second word of `github.com/docker/buildx v0.29.1 …`.
 * @throws VerifyError `builder.unavailable`, `timeout`
 */
export async function readBuildxVersion(programs: Programs, environment: Environment): Promise<string> {
  const answer = await askBuildx(programs, environment, ['version']);
  return answer.stdout.trim().split(/\s+/)[1] ?? '';
}
