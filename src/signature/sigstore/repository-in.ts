import { normalisedRepository, parseReference } from '../../model/index.ts';

/** The repository that a payload names, normalised as policies match it; as it stands where it is no image reference; null for none. */
export function repositoryIn(text: string | null): string | null {
  if (text === null || text === '') return null;
  try {
    return normalisedRepository(parseReference(text));
  } catch {
    return text;
  }
}
