export { type PackageFacts, packageFacts } from './package-facts.ts';
export { parsePackagePattern } from './package-pattern.ts';
