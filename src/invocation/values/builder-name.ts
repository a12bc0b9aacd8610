import type { Environment } from '../../model/index.ts';
import type { OptionValues } from '../options/option-values.ts';

/** The builder that `--builder` names, else BUILDX_BUILDER, else null. */
export function builderName(values: OptionValues, environment: Environment): string | null {
  if (values.has('builder')) return values.last('builder');
  const preset = environment.variables['BUILDX_BUILDER'] ?? '';
  return preset === '' ? null : preset;
}
