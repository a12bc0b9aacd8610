import { isDeepStrictEqual } from 'node:util';
import { recordAt } from '../../model/index.ts';

/** What differs between the configurations of two images. */
export interface ConfigChanges {
  /** Fields that say how the image runs. */
  readonly settings: readonly string[];
  /** Fields that do not. */
  readonly metadata: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields of a configuration (OCI image-spec, config.md) that say how it runs, or for what. */
const running = new Set(['architecture', 'os', 'variant', 'os.version', 'os.features']);
/** Fields of `config` that only describe; of `rootfs` the layers themselves are compared. */
const describing = new Set(['Labels', 'Image', 'Hostname', 'Domainname']);

function changedFields(left: Fields, right: Fields): readonly string[] {
  const isEmpty = (value: unknown): boolean =>
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    isDeepStrictEqual(value, []) ||
    isDeepStrictEqual(value, {});
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((name) => !isDeepStrictEqual(left[name], right[name]) && !(isEmpty(left[name]) && isEmpty(right[name])))
    .toSorted();
}

/** Compares two configurations, parsed; that a field is empty or left out is the same. */
export function compareConfigs(original: unknown, rebuilt: unknown): ConfigChanges {
  const [left, right] = [recordAt(original), recordAt(rebuilt)];
  const top = changedFields(left, right).filter((name) => name !== 'config' && name !== 'rootfs');
  const inside = changedFields(recordAt(left, 'config'), recordAt(right, 'config'));
  return {
    settings: [...top.filter((name) => running.has(name)), ...inside.filter((name) => !describing.has(name))],
    metadata: [...top.filter((name) => !running.has(name)), ...inside.filter((name) => describing.has(name))],
  };
}
