import data from './embedded-tuf-roots.json' with { type: 'json' };

/**
 * The TUF root that comes with the program for an instance, JSON; null for an instance without one. Only a refresh needs it: load
 * this module there.
 */
export function embeddedTufRoot(name: string): string | null {
  return data.roots.find((root) => root.name === name)?.json ?? null;
}
