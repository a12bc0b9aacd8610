import { parseReference } from '../../../model/index.ts';
import type { PolicyRule } from '../../language/compiled/policy-set.ts';
import { findingOf, held, type JudgeContext, type Judgement, refused, unmet } from '../evidence/judgement.ts';

/** Judges `require.digest`: it must be written with a digest. */
export function judgeDigest(context: JudgeContext): Judgement {
  const { name, digest } = context.input.image;
  if (parseReference(name).digest !== null) return held('none');
  return refused(
    findingOf('image.digest-required', 'it has to be written with a digest', {
      expected: `${name}@${digest}`,
      found: name,
      hint: 'write the digest behind the name',
    }),
  );
}

/** Judges `require.packages` by what a signed SBOM lists; without one it is refused. */
export function judgePackages(context: JudgeContext, packages: NonNullable<PolicyRule['packages']>): Judgement {
  const facts = context.input.packages;
  if (facts === null) {
    const finding = findingOf('package.unknown', 'no signed SBOM says what is inside', {
      expected: 'a signed SBOM',
      found: 'none',
      hint: 'use an image whose publisher attests an SBOM',
    });
    return unmet(context, finding);
  }
  const denied = packages.deny.flatMap((pattern) =>
    // a package may be called as what every object inherits
    Object.hasOwn(facts.denied, pattern) ? (facts.denied[pattern] ?? []) : [],
  );
  if (denied.length > 0) {
    const finding = findingOf('package.denied', 'it contains a package that the rule denies', {
      expected: `none of ${packages.deny.slice(0, 5).join(', ')}`,
      found: [...new Set(denied)].sort().slice(0, 10).join(', '),
      hint: 'use a version of the image without it',
    });
    return refused(finding);
  }
  if (packages.max === null || facts.count <= packages.max) return held('none');
  return refused(
    findingOf('package.too-many', 'it contains more packages than the rule allows', {
      expected: `at most ${packages.max}`,
      found: String(facts.count),
      hint: 'use a smaller image',
    }),
  );
}
