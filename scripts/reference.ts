// Writes the references of policies and findings, generated from the definitions that the program uses, into docs/.
import { commandPages } from '../src/cli/help/command-pages.ts';
import { renderCommandPage, renderCommandReference } from '../src/cli/help/command-reference.ts';
import { policyReference } from '../src/policy/language/schema/policy-reference.ts';
import { renderErrorReference, renderFindingReference } from '../src/report/index.ts';
import { writeSection } from './document-section.ts';

writeSection('policies', policyReference());
writeSection('findings', renderFindingReference());
writeSection('errors', renderErrorReference());
writeSection('commands', renderCommandReference());
for (const page of commandPages) writeSection(`commands/${page.file}`, renderCommandPage(page));
