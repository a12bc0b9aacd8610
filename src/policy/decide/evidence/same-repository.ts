import { type Evidence, parseReference } from '../../../model/index.ts';
import { type MatchableName, policyRepository } from '../../language/patterns/image-pattern.ts';

/** Compares the repository inside a signed payload with the names of the image. A name that cannot be read is another one. */
export function repositoryMatch(evidence: Evidence, names: readonly MatchableName[]): 'same' | 'other' | 'unnamed' {
  if (evidence.repository === null || evidence.repository === '') return 'unnamed';
  try {
    const repository = policyRepository(parseReference(evidence.repository));
    return names.some((name) => name.repository === repository) ? 'same' : 'other';
  } catch {
    return 'other';
  }
}
