import { slsaProvenanceV02 } from '../../../model/index.ts';
import { at, textAt } from './json-path.ts';

/** The builder's id (SLSA provenance v0.2 `builder.id`, v1 `runDetails.builder.id`). */
export function builderOf(statement: unknown): string | null {
  const predicate = at(statement, 'predicate');
  if (at(statement, 'predicateType') === slsaProvenanceV02) return textAt(predicate, 'builder', 'id');
  return textAt(predicate, 'runDetails', 'builder', 'id');
}

/**
 * The URI of the repository that the build began from, for instance `https://github.com/acme/app`: the configuration's
 * source (v0.2 `invocation.configSource`), or in v1 what GitHub (`workflow.repository`), slsa-github-generator (`source`)
 * and BuildKit (`configSource`) write into `externalParameters`. What the build merely fetched does not count.
 */
export function sourceRepositoryOf(statement: unknown): string | null {
  const predicate = at(statement, 'predicate');
  if (at(statement, 'predicateType') === slsaProvenanceV02)
    return repositoryOf(textAt(predicate, 'invocation', 'configSource', 'uri'));
  const parameters = at(predicate, 'buildDefinition', 'externalParameters');
  return repositoryOf(
    textAt(parameters, 'workflow', 'repository') ??
      textAt(parameters, 'source', 'uri') ??
      textAt(parameters, 'configSource', 'uri'),
  );
}

/** Without `git+`, the ref behind `@` or `#`, and `.git`. */
function repositoryOf(uri: string | null): string | null {
  if (uri === null) return null;
  const plain = uri.replace(/^git\+/, '').replace(/#.*$/, '');
  const slash = plain.indexOf('/', plain.indexOf('://') + 3);
  const mark = plain.indexOf('@', Math.max(slash, 0));
  return (mark < 0 ? plain : plain.slice(0, mark)).replace(/\.git$/, '').replace(/\/$/, '');
}
