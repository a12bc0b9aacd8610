import { policyJsonSchemas } from './json-schema.ts';

/** The part of a JSON Schema that the reference reads. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
}

const head = `# Policies

YAML 1.2 or JSON; an unknown field is an error that names its place and the nearest valid name (exit status 78). This
reference is generated from the definition that parses policies (\`scripts/reference.ts\`); editors check and complete
with \`src/policy/language/policy.schema.json\`. What a policy makes of an image is stated in the truth table below.

`;

/** The reference of the language in Markdown: every field with its type and meaning. */
export function policyReference(): string {
  const { policy, publishers } = policyJsonSchemas();
  return `${head}## Policy files\n\n${table(policy)}\n## Publishers' files\n\nThe format of the built-in catalogue and of files named by \`publishers\`.\n\n${table(publishers)}`;
}

function table(schema: object): string {
  const rows = rowsOf(schema, '').map(
    ([field, type, meaning]) => `| \`${field}\` | ${cell(type)} | ${cell(meaning)} |`,
  );
  return ['| field | type | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function rowsOf(node: SchemaNode, path: string): readonly (readonly [string, string, string])[] {
  const rows: (readonly [string, string, string])[] = [];
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    const isRequired = node.required?.includes(name) === true;
    rows.push([
      at,
      typeOf(field),
      [field.description ?? '', isRequired ? '(required)' : ''].filter((part) => part !== '').join(' '),
    ]);
    rows.push(...insideOf(field, at));
  }
  return rows;
}

/** The fields of whatever an object, list or map holds. */
function insideOf(field: SchemaNode, at: string): readonly (readonly [string, string, string])[] {
  const inner = [
    ...(field.properties === undefined ? [] : [[field, at] as const]),
    ...(field.items === undefined ? [] : [[field.items, `${at}[]`] as const]),
    ...(typeof field.additionalProperties === 'object' ? [[field.additionalProperties, `${at}.NAME`] as const] : []),
  ];
  const direct = inner.flatMap(([node, path]) => rowsOf(node, path));
  const nested = inner.flatMap(([node, path]) => (node === field ? [] : insideOf({ ...node, properties: {} }, path)));
  return [...direct, ...nested, ...(field.anyOf ?? []).flatMap((option) => rowsOf(option, at))];
}

function typeOf(field: SchemaNode): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (field.anyOf !== undefined) return field.anyOf.map(typeOf).join(' or ');
  if (field.type === 'array') return `list of ${field.items === undefined ? 'anything' : typeOf(field.items)}`;
  if (field.type === 'object') return 'mapping';
  return (
    { string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false' }[field.type ?? ''] ??
    'anything'
  );
}
