import { isPem, isVerifyError, VerifyError } from '../../model/index.ts';
import { type PolicyDocument, policySchema } from '../language/schema/schema.ts';
import { validateDocument } from '../language/schema/validate-document.ts';
import { parseYamlSource } from '../language/schema/yaml-source.ts';
import { compilePolicy } from '../load/compile/compile-policy.ts';
import { MaterialCollector } from '../load/files/material-collector.ts';
import { microsoftSupplyChainRoot, tektonKey } from '../publishers/publisher-keys.ts';

/**
 * Reads a converted policy as a run would, before it is written. Files that it names need not be here yet.
 * @throws VerifyError `policy.invalid`
 */
export async function readBack(yaml: string, file: string): Promise<void> {
  try {
    const source = parseYamlSource(new TextEncoder().encode(yaml), file);
    const document = withoutFiles(validateDocument(source, policySchema));
    const material = new MaterialCollector();
    const scope = { layer: 'project', policy: file, folder: '/', source, material, publishers: new Map() } as const;
    await compilePolicy(scope, document, null);
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    throw new VerifyError('policy.invalid', `${file}: what it would become is no valid policy: ${error.message}`, {
      place: { file },
      hint: 'convert it by hand: docs/policy.md lists the fields',
      cause: error,
    });
  }
}

/** The same with other material in place of what it names by file. */
function withoutFiles(document: PolicyDocument): PolicyDocument {
  return replaced(document, (name, value) => {
    if (isPem(value)) return value;
    if (name === 'key') return tektonKey;
    return ['ca', 'tsa', 'intermediates'].includes(name) ? microsoftSupplyChainRoot : value;
  });
}

function replaced<Value>(value: Value, change: (name: string, text: string) => string, name = ''): Value {
  // every branch gives back what it was given, in shape
  if (typeof value === 'string') return change(name, value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => replaced(item, change, name)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, replaced(item, change, key)]);
  return Object.fromEntries(entries) as Value;
}
