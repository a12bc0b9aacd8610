import { recordAt, tryParseJson } from '../../model/index.ts';

const block = /^[ \t]*(?:target|group)[ \t]+"?([A-Za-z0-9_-]+)"?[ \t]*\{/gm;

async function composeServices(text: string): Promise<readonly string[]> {
  const { parse } = await import('yaml');
  const document: unknown = parse(text, { logLevel: 'silent' });
  return Object.keys(recordAt(document, 'services'));
}

/**
 * The targets and groups, or services, that a bake or compose file names, as they stand in it: nothing is evaluated, so this may
 * complete a command line and never decide what runs.
 * @param name of the file, by whose ending buildx knows its language
 * @throws Error where it is no YAML
 */
export async function bakeTargetNames(name: string, text: string): Promise<readonly string[]> {
  if (/\.ya?ml$/i.test(name)) return await composeServices(text);
  if (!/\.json$/i.test(name)) return [...text.matchAll(block)].map(([, target = '']) => target);
  const document = tryParseJson(text);
  return ['group', 'target'].flatMap((kind) => Object.keys(recordAt(document, kind)));
}
