// Writes docs/policy.md, the reference of the policy language, from the definition that parses it.
import { writeFileSync } from 'node:fs';
import { policyReference } from '../src/policy/policy-reference.ts';

writeFileSync(new URL('../docs/policy.md', import.meta.url), policyReference());
