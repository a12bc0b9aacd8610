import { compare, valid } from '@renovatebot/pep440';
import { naturalOrder } from './natural.ts';
import type { VersionOrder } from './order.ts';

/** The order of Python packages: PEP 440; what is no such version comes before all that are, as setuptools had it. */
export const pythonOrder: VersionOrder = (left, right) => {
  const [isLeft, isRight] = [valid(left) !== null, valid(right) !== null];
  if (isLeft !== isRight) return isLeft ? 1 : -1;
  return isLeft ? compare(left, right) : naturalOrder(left, right);
};
