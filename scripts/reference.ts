// Writes the references of policies and findings, generated from the definitions that the program uses, into docs/.
import { policyReference } from '../src/policy/language/policy-reference.ts';
import { renderFindingReference } from '../src/report/index.ts';
import { writeSection } from './document-section.ts';

writeSection('policies', policyReference());
writeSection('findings', renderFindingReference());
