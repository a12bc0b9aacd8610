import * as z from 'zod';
import { parseBoundedJson, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer } from '../transport/exchange.ts';
import { registryFailure } from '../transport/registry-failure.ts';
import { offlineError } from './content-fetcher.ts';
import { formatRepository, type RepositoryName } from './image-source.ts';
import { nextPage } from './referrers.ts';
import type { RegistryClient } from './registry-client.ts';

const page = z.object({ tags: z.array(z.string()).nullish() });
/** The grammar of a tag (OCI distribution-spec, "Pulling manifests"). */
const tagGrammar = /^\w[\w.-]{0,127}$/;

function tagsIn(answer: Answer, name: string): readonly string[] {
  try {
    const parsed = page.safeParse(parseBoundedJson(answer.body.toString('utf8')));
    if (parsed.success) return (parsed.data.tags ?? []).filter((tag) => tagGrammar.test(tag));
  } catch {
    // as what is no list
  }
  throw new VerifyError('registry.untrustworthy', `the list of tags of ${name} cannot be read`, {
    hint: 'check that this is a container registry',
  });
}

/**
 * The tags of a repository (OCI distribution-spec, "Listing Tags"), at most `most` of them.
 * @returns with `isWhole` false where there are more
 * @throws VerifyError `registry.*`
 */
export async function listTags(
  client: RegistryClient,
  { registry, repository }: RepositoryName,
  most: number,
): Promise<{ readonly tags: readonly string[]; readonly isWhole: boolean }> {
  const name = formatRepository({ registry, repository });
  if (client.offline) throw offlineError(`the tags of ${name}`);
  const tags = new Set<string>();
  let path: string | null = `/v2/${repository}/tags/list?n=${Math.min(most + 1, 1000)}`;
  for (let pages = 0; path !== null && pages < bounds.referrerPages && tags.size <= most; pages += 1) {
    const request = {
      registry,
      repository,
      method: 'GET',
      accept: 'application/json',
      limit: bounds.manifest,
    } as const;
    // the address of each page stands in the page before
    // oxlint-disable-next-line no-await-in-loop
    const answer: Answer = await client.api.request({ ...request, path });
    // where it is not there, it is the repository that is not
    if (answer.status !== 200)
      throw registryFailure(answer, answer.status === 404 ? name : `the tags of ${name}`, registry);
    const before = tags.size;
    for (const tag of tagsIn(answer, name)) tags.add(tag);
    path = tags.size === before ? null : nextPage(answer.headers['link'], answer.url);
  }
  return { tags: [...tags].slice(0, most), isWhole: path === null && tags.size <= most };
}
