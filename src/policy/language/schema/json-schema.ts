import * as z from 'zod';
import { publishersSchema } from './publishers-schema.ts';
import { policySchema } from './schema.ts';

/** The JSON Schemas of the policy language and of publishers' files (draft 2020-12), from the definitions that parse them. */
export function policyJsonSchemas(): { readonly policy: object; readonly publishers: object } {
  return {
    policy: z.toJSONSchema(policySchema, { io: 'input' }),
    publishers: z.toJSONSchema(publishersSchema, { io: 'input' }),
  };
}
