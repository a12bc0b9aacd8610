import type { BuildTarget } from '../../model/index.ts';
import { keyAndValue } from './csv-fields.ts';

/** The labels in the values of `--label`: what stands behind the first `=`, and nothing where there is none (buildx, util/buildflags). */
export function labelsIn(values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.map((value) => {
      const [name, text] = keyAndValue(value);
      return [name, text ?? ''] as const;
    }),
  );
}

/** What of these was given, as a target holds it. */
export function runSettings(
  labels: Readonly<Record<string, string>>,
  network: string | null,
  hosts: readonly string[],
): Pick<BuildTarget, 'labels' | 'network' | 'hosts'> {
  return {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(network === null || network === '' ? {} : { network }),
    ...(hosts.length === 0 ? {} : { hosts }),
  };
}
