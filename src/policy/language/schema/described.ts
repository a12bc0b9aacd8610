import * as z from 'zod';

/**
 * Says what a part of a schema is for. Unlike `describe` it makes no copy of it: a run that only reads a policy would make a hundred.
 * @param schema one that was made for this place, since it can be described once
 */
export function described<Schema extends z.ZodType>(description: string, schema: Schema): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}
