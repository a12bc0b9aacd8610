import type { Missing } from '../../language/compiled/cluster-policy.ts';
import { fromBase64 } from './strict-base64.ts';
import { type TrustRootDocument, trustedRootOf } from './trust-root.ts';

type Json = Readonly<Record<string, unknown>>;

/** The namespace that the admission controller reads its objects from. */
const controllerNamespace = 'cosign-system';
const controllerConfiguration = 'config-policy-controller';
const kinds = ['Secret', 'ConfigMap', 'TrustRoot'] as const;

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([key, inner]) => [key, typeof inner === 'string' ? inner : ''] as const);
}

/** Whether an object stands for something that ClusterImagePolicies refer to. */
export function isClusterObject(value: unknown): boolean {
  const kind = fieldOf(value, 'kind');
  return kinds.some((known) => known === kind);
}

/**
 * The Secrets, ConfigMaps and TrustRoots that stand in the files read, as the admission controller would find them in
 * its namespace (policy-controller pkg/reconciler). One that is not there, or twice, is missing.
 */
export class ClusterObjects {
  readonly #objects: readonly unknown[];

  constructor(objects: readonly unknown[]) {
    this.#objects = objects.filter(isClusterObject);
  }

  #find(kind: (typeof kinds)[number], name: string): unknown {
    const found = this.#objects.filter((object) => {
      const metadata = fieldOf(object, 'metadata');
      const namespace = fieldOf(metadata, 'namespace');
      const isOfController = kind === 'TrustRoot' || namespace === undefined || namespace === controllerNamespace;
      return fieldOf(object, 'kind') === kind && fieldOf(metadata, 'name') === name && isOfController;
    });
    return found.length === 1
      ? found[0]
      : {
          missing: `the ${kind} ${name} ${found.length === 0 ? 'is not in' : 'stands more than once in'} the files read`,
        };
  }

  /** The one value of a Secret, as text. */
  secretValue(name: string): string | Missing {
    const secret = this.#find('Secret', name);
    if (isMissing(secret)) return secret;
    const plain = entriesOf(fieldOf(secret, 'stringData'));
    const encoded = entriesOf(fieldOf(secret, 'data')).filter(([key]) => !plain.some(([other]) => other === key));
    const values = [
      ...plain.map(([, text]) => text),
      ...encoded.map(([, text]) => fromBase64(text)?.toString('utf8') ?? ''),
    ];
    const [only] = values;
    return values.length === 1 && only !== undefined
      ? only
      : { missing: `the Secret ${name} has to hold exactly one value` };
  }

  /** A value of a ConfigMap. */
  configValue(name: string, key: string): string | Missing {
    const map = this.#find('ConfigMap', name);
    if (isMissing(map)) return map;
    const found = entriesOf(fieldOf(map, 'data')).find(([known]) => known === key);
    return found === undefined ? { missing: `the ConfigMap ${name} has no ${key}` } : found[1];
  }

  /** A TrustRoot, as the JSON of a trusted root. */
  trustedRoot(name: string): { readonly json: string } | Missing {
    const root = this.#find('TrustRoot', name);
    // its parts are looked at one by one
    return isMissing(root) ? root : trustedRootOf(name, root as TrustRootDocument);
  }

  /** What the controller's configuration says of an image that no policy matches; null where it is not in the files. */
  noMatchPolicy(): 'deny' | 'warn' | 'allow' | null {
    const configuration = this.#find('ConfigMap', controllerConfiguration);
    if (isMissing(configuration)) return null;
    const said = entriesOf(fieldOf(configuration, 'data')).find(([key]) => key === 'no-match-policy')?.[1];
    return said === 'warn' || said === 'allow' ? said : 'deny';
  }
}

/** Whether something that was looked for is not there. */
export function isMissing(value: unknown): value is Missing {
  return typeof value === 'object' && value !== null && 'missing' in value && typeof value.missing === 'string';
}
