import { parseBoundedJson, VerifyError } from '../model/index.ts';
import { bounds } from './bounds.ts';

function asObject(value: unknown): Record<string, unknown> {
  // The cast is safe: it is an object and no array.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A field by its name in any case, the last one that is there, as Go reads it. */
function field(object: Record<string, unknown>, name: string): unknown {
  return Object.entries(object).findLast(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * The ONBUILD triggers in the bytes of an image's configuration (OCI image-spec, config.md; `OnBuild` is Docker's own).
 * @param what names the configuration for people
 * @throws VerifyError `registry.untrustworthy`
 */
export function readOnbuild(bytes: Uint8Array, what: string): readonly string[] {
  let config: unknown;
  try {
    config = parseBoundedJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new VerifyError('registry.untrustworthy', `the configuration of ${what} is not JSON`, { cause: error });
  }
  const triggers = field(asObject(field(asObject(config), 'config')), 'onbuild');
  if (triggers === undefined || triggers === null) return [];
  const valid = Array.isArray(triggers) && triggers.every((each) => typeof each === 'string');
  if (!valid || triggers.length > bounds.onbuildTriggers) {
    throw new VerifyError(
      'registry.untrustworthy',
      `the configuration of ${what} has ONBUILD triggers that make no sense`,
    );
  }
  return triggers;
}
