/**
 * What to build on instead: newer, slimmer, hardened, still looked after. Pure: it knows what lies in `data/`, each file with its
 * source, licence and date, and makes no request. What is not known is left out.
 */

export { type AdviceRequest, adviseOffline, supportOfImage } from './advise.ts';
export { packageChanges } from './package-changes.ts';
export { distributionSupport, withDistribution } from './products.ts';
export { softwareInside } from './software-inside.ts';
