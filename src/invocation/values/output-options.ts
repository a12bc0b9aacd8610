import type { Environment } from '../../model/index.ts';
import type { OptionValues } from '../options/option-values.ts';
import { csvFields, keyAndValue } from './csv-fields.ts';

/** Where results and text of a build go, the same for build and bake. */
export interface OutputOptions {
  /** `-q`, or a `--progress` (or BUILDKIT_PROGRESS) that says as much. */
  readonly quiet: boolean;
  /** `--progress`, else BUILDKIT_PROGRESS; null for buildx's own choice. */
  readonly progress: string | null;
  readonly metadataFile: string | null;
  /** The method that runs in place of a build (`--call`, `--check`, `--print`), null for a build. */
  readonly callOrCheck: string | null;
  /** Values of `--output`, as written. */
  readonly outputs: readonly string[];
  /** Whether anything is pushed: `--push`, or an output that pushes. */
  readonly push: boolean;
  readonly load: boolean;
  /** `--provenance`, as written. */
  readonly provenance: string | null;
  /** Values of `--attest`, as written. */
  readonly attests: readonly string[];
}

/** Whether an output of these attributes ends in a registry (buildx, util/buildflags/export.go). */
export function pushes(attributes: Readonly<Record<string, string>>): boolean {
  return attributes['type'] === 'registry' || (attributes['type'] === 'image' && attributes['push'] === 'true');
}

/** Whether a value of `--output` ends in a registry. */
export function outputPushes(written: string): boolean {
  const pairs = csvFields(written).map((field) => {
    const [key, value] = keyAndValue(field);
    return [key.trim().toLowerCase(), value ?? ''] as const;
  });
  return pushes(Object.fromEntries(pairs));
}

/** Of the options that set the method the last one counts: in buildx they set one variable. */
function callMethod(values: OptionValues, options: readonly string[]): string | null {
  const [name = 'call'] = options
    .filter((candidate) => candidate !== 'check' || values.isOn('check'))
    .toSorted((left, right) => values.position(right) - values.position(left));
  const method = name === 'check' ? 'check' : values.last(name);
  return method === 'build' ? null : method;
}

/**
 * Reads what `values` and BUILDKIT_PROGRESS say of a build's output; `methodOptions` are those that name a method to run in place of
 * a build.
 */
export function readOutputOptions(
  values: OptionValues,
  environment: Environment,
  methodOptions: readonly string[],
): OutputOptions {
  const written = values.last('progress');
  const preset = environment.variables['BUILDKIT_PROGRESS'] ?? '';
  const progress = written === null || written === 'auto' ? (preset === '' ? written : preset) : written;
  const outputs = values.all('output');
  return {
    quiet: values.isOn('quiet') || progress === 'quiet' || progress === 'none',
    progress,
    metadataFile: values.last('metadata-file'),
    callOrCheck: callMethod(values, methodOptions),
    outputs,
    push: values.isOn('push') || outputs.some(outputPushes),
    load: values.isOn('load'),
    provenance: values.last('provenance'),
    attests: values.all('attest'),
  };
}
