import type { CacheImportSetting, DefaultVerdict, Setting } from '../../language/compiled/policy-set.ts';

const strictness: Readonly<Record<DefaultVerdict, number>> = { allow: 0, warn: 1, deny: 2 };

function rank(setting: Setting): number {
  // A denial that only warns is no stricter than a warning.
  return setting.verdict === 'deny' && setting.mode === 'warn' ? strictness.warn : strictness[setting.verdict];
}

/** The strictest of the settings that several files of one layer make; null where none says anything. */
export function strictestSetting<Kind extends Setting>(settings: readonly (Kind | null)[]): Kind | null {
  let found: Kind | null = null;
  for (const setting of settings) {
    if (setting !== null && (found === null || rank(setting) > rank(found))) found = setting;
  }
  return found;
}

/** Cache imports of several files of one layer: the strictest default, and only what every file lists. */
export function mergeCacheImports(settings: readonly CacheImportSetting[]): CacheImportSetting | null {
  const strictest = strictestSetting(settings);
  if (strictest === null) return null;
  const [first, ...others] = settings;
  const listed = (first?.from ?? []).filter((pattern) =>
    others.every((other) =>
      other.from.some(({ repository, tag }) => repository === pattern.repository && tag === pattern.tag),
    ),
  );
  return { ...strictest, from: listed };
}
