import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cast } from './cast.ts';
import type { Fetched } from './stage.ts';

/** What of a report is compared. */
export interface Reported {
  readonly images: readonly {
    readonly name: string;
    readonly status: string;
    readonly verified: boolean;
    readonly digest: string | null;
    readonly platforms: readonly { readonly platform: string; readonly digest: string }[];
  }[];
}

/** Reads a report; null where there is none. */
export function parseReport(text: string | null): Reported | null {
  try {
    return text === null ? null : (JSON.parse(text) as Reported); // the contract's report
  } catch {
    return null;
  }
}

/** The rule that an image of an attack stands under: the last part of `cNUMBER/NAME`, wherever that is named. */
export function ruleOf(name: string): string {
  return /\bc\d+\/([a-z0-9]+)/.exec(name)?.[1] ?? '';
}

const none: ReadonlySet<string> = new Set();

/** Images that a report lets in although no signer that their rule trusts has signed what would be built. */
export function wronglyAllowed({ allowed }: Cast, report: Reported): readonly string[] {
  return report.images
    .filter(({ status, verified }) => status === 'allow' || verified)
    .flatMap(({ name, digest, platforms }) => {
      const trusted = allowed.get(ruleOf(name)) ?? none;
      const used = platforms.length > 0 ? platforms.map((each) => each.digest) : [digest ?? 'nothing'];
      return used.filter((each) => !trusted.has(each)).map((each) => `${name} is let in as ${each}`);
    });
}

/** What a builder fetched of which no part belongs to what the rule trusts. */
export function wronglyFetched({ fetchable }: Cast, fetched: readonly Fetched[]): readonly string[] {
  return fetched
    .filter(({ repository, digest }) => fetchable.get(ruleOf(repository))?.has(digest) !== true)
    .map(({ repository, digest }) => `the builder fetched ${digest} of ${repository}`);
}

/** Marks in what was built that belong to no image that the rule of their file trusts; null for a file that holds none. */
export async function wronglyBuilt(
  { marks }: Cast,
  folder: string,
  ruleFor: (file: string, content: string) => string | null,
): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const wrong = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      const content = await readFile(join(parentPath, name), 'utf8');
      const rule = ruleFor(name, content);
      const holds = rule === null || marks.get(rule)?.has(content) === true;
      return holds ? [] : [`what was built holds "${content.slice(0, 200)}" as ${name}`];
    });
  return (await Promise.all(wrong)).flat();
}

interface Material {
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
}

interface Provenance {
  readonly materials?: readonly Material[];
  readonly buildDefinition?: { readonly resolvedDependencies?: readonly Material[] };
}

/** Materials that the builder says it used, out of buildx's own metadata file (a bake's has one for each target), without the local ones. */
export function materialsOf(metadata: string | null): readonly { readonly name: string; readonly digest: string }[] {
  const found: Provenance[] = [];
  JSON.parse(metadata ?? 'null', (key, value) => {
    if (key === 'buildx.build.provenance') found.push(value as Provenance); // written by buildx
    return value;
  });
  return found
    .flatMap(({ materials, buildDefinition }) => materials ?? buildDefinition?.resolvedDependencies ?? [])
    .filter(({ uri }) => uri.startsWith('pkg:'))
    .map(({ uri, digest }) => ({ name: decodeURIComponent(uri), digest: `sha256:${digest['sha256']}` }));
}

/** Materials that the rule does not trust, or that the report does not list as allowed. On the classic store one may be named by its layers. */
export function wrongMaterials(
  { fetchable, reachable }: Cast,
  metadata: string | null,
  report: Reported | null,
): readonly string[] {
  const listed = new Set(
    report?.images
      .filter(({ status }) => status === 'allow')
      .flatMap(({ digest, platforms }) => [digest ?? '', ...platforms.map((each) => each.digest)])
      .flatMap((digest) => [digest, ...(reachable.get(digest) ?? [])]),
  );
  return materialsOf(metadata).flatMap(({ name, digest }) => [
    ...(fetchable.get(ruleOf(name))?.has(digest) === true ? [] : [`the builder used ${name}, ${digest}`]),
    ...(report === null || listed.has(digest) ? [] : [`the report lists no ${digest} for ${name}, which was used`]),
  ]);
}
