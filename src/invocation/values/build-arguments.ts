import {
  type Environment,
  familiarName,
  type NamedContextOption,
  parseReference,
  VerifyError,
} from '../../model/index.ts';
import { keyAndValue } from './csv-fields.ts';

/**
 * The build arguments that values of `--build-arg` give: `K=V`, or a bare `K` for the environment's value (null: it has none).
 * The last of a name wins; a bare one without a value in the environment leaves an earlier one standing. buildx hands on the
 * environment's SOURCE_DATE_EPOCH by itself.
 * @throws VerifyError `usage.invalid` for an empty name
 */
export function parseBuildArgumentValues(
  values: readonly string[],
  environment: Environment,
): Readonly<Record<string, string | null>> {
  const found = new Map<string, string | null>();
  for (const written of values) {
    const [name, given] = keyAndValue(written);
    if (name === '') {
      throw new VerifyError('usage.invalid', 'a --build-arg has no name', { hint: 'write --build-arg NAME=VALUE' });
    }
    const value = given ?? environment.variables[name] ?? null;
    if (value !== null || !found.has(name)) found.set(name, value);
  }
  const epoch = environment.variables['SOURCE_DATE_EPOCH'];
  if (epoch !== undefined && epoch !== '' && (found.get('SOURCE_DATE_EPOCH') ?? null) === null) {
    found.set('SOURCE_DATE_EPOCH', epoch);
  }
  return Object.fromEntries(found);
}

/**
 * The named contexts that values of `--build-context` give; the last of a name wins, however it is spelled (buildx,
 * util/buildflags/context.go: ParseContextNames).
 * @throws VerifyError `usage.invalid` where a value is not NAME=VALUE
 */
export function parseNamedContexts(values: readonly string[]): readonly NamedContextOption[] {
  const found = new Map<string, NamedContextOption>();
  for (const written of values) {
    if (written === '') continue;
    const [name, value] = keyAndValue(written);
    if (name === '' || value === null) {
      throw new VerifyError('usage.invalid', `"${written.slice(0, 200)}" is not a named context`, {
        hint: 'write --build-context NAME=FOLDER, or NAME=docker-image://IMAGE',
      });
    }
    const key = contextKey(name);
    found.set(key, { name, key, value });
  }
  return [...found.values()];
}

/** buildx takes only what is a reference; bake definitions are not held to that. */
function contextKey(name: string): string {
  try {
    return familiarName(parseReference(name));
  } catch (cause) {
    throw new VerifyError('usage.invalid', `invalid context name ${name.slice(0, 200)}`, {
      hint: 'a named context is called like an image: lower case, with a tag or digest at most',
      cause,
    });
  }
}
