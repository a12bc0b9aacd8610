/** The first three numbers of a version; null where the text is none, or is one that a distribution left blank (`v0.0.0+unknown`). */
export function parseVersion(text: string): readonly [number, number, number] | null {
  const found = /^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?/.exec(text.trim());
  if (found === null) return null;
  const numbers = [Number(found[1]), Number(found[2]), Number(found[3] ?? '0')] as const;
  return numbers.every((part) => part === 0) ? null : numbers;
}

/** Whether a version is at least `major.minor`; null where it is not known. */
export function isAtLeast(version: string, major: number, minor: number): boolean | null {
  const parsed = parseVersion(version);
  if (parsed === null) return null;
  return parsed[0] > major || (parsed[0] === major && parsed[1] >= minor);
}

// moby's tags: the BuildKit that each engine is built with
const buildkitOfEngine: readonly (readonly [number, number, string])[] = [
  [29, 7, '0.32'],
  [29, 6, '0.31'],
  [29, 5, '0.30'],
  [29, 4, '0.29'],
  [29, 3, '0.28'],
  [29, 2, '0.27'],
  [29, 1, '0.26'],
  [29, 0, '0.25'],
  [28, 5, '0.25'],
  [28, 2, '0.22'],
  [28, 0, '0.20'],
  [26, 0, '0.13'],
  [25, 0, '0.12'],
  [24, 0, '0.11'],
  [23, 0, '0.10'],
  [0, 0, '0.9'],
];

/** The BuildKit inside an engine of this version, at least; null where the version says nothing. */
export function buildkitVersionOfEngine(engine: string): string | null {
  const parsed = parseVersion(engine);
  if (parsed === null) return null;
  const found = buildkitOfEngine.find(([major, minor]) => isAtLeast(engine, major, minor) === true);
  return found?.[2] ?? null;
}
