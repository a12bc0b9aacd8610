import { type CacheImport, VerifyError } from '../../model/index.ts';
import { csvFields, keyAndValue } from './csv-fields.ts';

/** Attributes of the gha, s3 and azblob caches that are credentials: a report must not repeat them. */
const secretAttribute = /token|secret|password|credential|access_key|account_key/i;

/**
 * A cache import with `attributes` (all but the type), of which a registry's keeps its reference alone. Credentials among them are
 * left out.
 */
export function cacheImport(type: string, attributes: readonly (readonly [string, string])[]): CacheImport {
  const written = attributes.map(([key, value]) => `${key}=${secretAttribute.test(key) ? '***' : value}`).join(',');
  const reference = attributes.findLast(([key]) => key === 'ref')?.[1];
  return { type, ref: type === 'registry' && reference !== undefined ? reference : written };
}

function entry(value: string): CacheImport {
  let type: string | null = null;
  const attributes: [string, string][] = [];
  for (const field of csvFields(value)) {
    const [written, text] = keyAndValue(field);
    if (text === null) {
      throw new VerifyError('usage.invalid', `"${field.slice(0, 100)}" is not an attribute of --cache-from`, {
        hint: 'write --cache-from IMAGE, or attributes: type=local,src=FOLDER',
      });
    }
    const key = written.toLowerCase();
    if (key === 'type') type = text;
    else attributes.push([key, text]);
  }
  if (type !== null && type !== '') return cacheImport(type, attributes);
  throw new VerifyError('usage.invalid', 'a --cache-from with attributes needs a type', {
    hint: 'write --cache-from type=registry,ref=IMAGE, or the type that you mean',
  });
}

/**
 * The cache imports that values of `--cache-from` ask for (buildx, util/buildflags/cache.go): attributes after `type=`, or references
 * of registry caches alone, several with commas. Credentials among the attributes are left out of what is returned.
 * @throws VerifyError `usage.invalid`
 */
export function parseCacheImports(values: readonly string[]): readonly CacheImport[] {
  return values.flatMap((value) => {
    if (value.includes('=')) return [entry(value)];
    return csvFields(value).map((ref) => ({ type: 'registry', ref }));
  });
}
