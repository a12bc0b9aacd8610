import type { FindingCode } from '../../model/index.ts';
import type { FindingExplanation } from './finding-explanation.ts';
import { scanFindings } from './scan-findings.ts';

/** Every finding with its meaning and cure; docs/findings.md is generated from it. */
export const findingExplanations: Readonly<Record<FindingCode, FindingExplanation>> = {
  'signature.missing': {
    headline: 'unsigned',
    meaning: 'A rule asks for a signature, and the registry holds none for this digest.',
    cure: 'Use an image that is signed, ask its publisher to sign it, or accept this digest with `locked: true` and `docker verify lock`.',
  },
  'signature.identity-mismatch': {
    headline: 'signed, but by somebody else',
    meaning: 'A signature verifies, but its signer is none of those whom the rule names.',
    cure: 'Compare the two identities. Only if the signer found is the right one, name it in the rule.',
  },
  'signature.invalid': {
    headline: 'no valid signature',
    meaning: 'Signatures are attached, and none of them verifies: broken, altered, or made for other bytes.',
    cure: 'See the reason for each with `docker verify inspect IMAGE`; have the image signed again by its publisher.',
  },
  'signature.untrusted-key': {
    headline: 'signed by a key or an authority that is not known',
    meaning: 'The signature was made with a key, or under an authority, that no policy in force knows.',
    cure: 'Get the publisher’s key over a way that you trust and name it under `signedBy`, or use another image.',
  },
  'signature.certificate-expired': {
    headline: 'certificate not valid when it signed',
    meaning: 'The signer’s certificate was not valid at the time that log or timestamp prove.',
    cure: 'Have the image signed again; a signature cannot be repaired afterwards.',
  },
  'signature.certificate-revoked': {
    headline: 'certificate revoked',
    meaning:
      'The authority has taken back a certificate of the signer: a Notation signature by it proves nothing any more.',
    cure: 'Have the image signed again with a certificate that holds, and find out why this one was revoked before you use what it signed.',
  },
  'signature.log-missing': {
    headline: 'signature without proof of time',
    meaning: 'Neither a transparency log entry nor a trusted timestamp is there where the rule needs one.',
    cure: 'Have the image signed with a log entry. For a key of your own, `log: optional` does without.',
  },
  'signature.unsupported': {
    headline: 'signature that cannot be evaluated',
    meaning:
      'A signature may be by a signer whom the rule names, but it or its certificates ask for something that is not understood here: a critical extension, constraints on names of an unusual form, an unknown envelope or key. Whether it holds is not known, so that it neither counts nor is called broken.',
    cure: 'See what it asks for with `docker verify inspect IMAGE`; have the image signed in a form that is understood, or name another signer.',
  },
  'signature.threshold': {
    headline: 'too few signers',
    meaning: 'Fewer entries of `signedBy` are satisfied than `threshold` asks for.',
    cure: 'Have the missing signers sign this digest, or lower `threshold`.',
  },
  'signature.claims-mismatch': {
    headline: 'signed in another way than asked for',
    meaning:
      'The identity is right, but a claim of its certificate (repository, ref, workflow, runner) differs from the rule.',
    cure: 'Compare the two claims; change `claims` only if the one found is meant to be allowed.',
  },
  'signature.copied': {
    headline: 'signature copied from another repository',
    meaning:
      'The signed payload names another repository than the one the image came from, or, under `sameRepository: deny`, none: a bundle of cosign 3 names none.',
    cure: 'Use the image of the repository that was signed, or declare this one under `mirrors`; for a bundle ask for `claims: {sourceRepository}` too.',
  },
  'signature.platform-uncovered': {
    headline: 'a platform is not signed',
    meaning:
      'Signatures vouch for single platforms of this image, and its index is not signed. Such an image is used for one platform at a time, whose manifest the builder gets by digest: not for several at once, not in an OCI layout, and not for a platform without a signature.',
    cure: 'Build one signed platform at a time (`--platform`), or have the index signed.',
  },
  'attachment.ignored': {
    headline: 'something beside it was ignored',
    meaning:
      'Something is listed for the image that is about another one, is not there any more, or is of a form that is no longer written; or the registry has its own way to say that a tag is not there. It counts neither for the image nor against it.',
    cure: 'None is needed. The owner of the repository can remove the entry; `docker verify inspect IMAGE` names it.',
  },
  'attestation.missing': {
    headline: 'attestation missing',
    meaning: 'The rule requires an attestation of a type that is not attached, or that none of its signers has signed.',
    cure: 'Ask the publisher for it (`cosign attest`, or provenance from the build), or drop it from `require.attestations`.',
  },
  'attestation.mismatch': {
    headline: 'attestation says otherwise',
    meaning: 'A signed attestation is there, but its content is not what `where` asks for.',
    cure: 'Compare the two values; change `where` only if the one found is meant to be allowed.',
  },
  'policy.default': {
    headline: 'no rule covers it',
    meaning: 'No rule matches this image, and the policy’s `default` does not let it pass silently.',
    cure: 'Write a rule for it. `docker verify init` proposes a policy from the signatures that it finds, and `docker verify init --add` puts the rules that are missing into the policy that is there.',
  },
  'policy.denied': {
    headline: 'denied by a rule',
    meaning: 'A rule matches this image and trusts no signer for it.',
    cure: 'Use another image, or change that rule.',
  },
  'policy.exception': {
    headline: 'let through by an exception',
    meaning:
      'A refusal of the policy is waived by one of its `exceptions`, until the day that it names; or such an exception has ended.',
    cure: 'Replace the image before the exception ends, or renew it with a reason.',
  },
  'policy.break-glass': {
    headline: 'let through in an emergency',
    meaning:
      'The build went on because of `--verify-break-glass`, and every policy in force allows that. The reason stands in the report and in the record of the build.',
    cure: 'Mend the cause, and build again without it.',
  },
  'policy.unsupported': {
    headline: 'policy cannot be evaluated',
    meaning: 'The policy holds a field or an expression that cannot be evaluated here; it is never taken as satisfied.',
    cure: 'Rewrite that field: `docker verify policy check` names it.',
  },
  'publisher.unsigned': {
    headline: 'its publisher signs, this image is not signed',
    meaning: 'The publishers’ catalogue says that images of this name and age are signed, and this one is not by them.',
    cure: 'Make sure that the image comes from its publisher; pull it again from the origin, or take a newer version.',
  },
  'lock.missing': {
    headline: 'not in the lock',
    meaning: 'The rule says `locked: true`, and `docker-verify.lock.json` has no entry for this image.',
    cure: 'Look at the image, then run `docker verify lock`.',
  },
  'lock.moved': {
    headline: 'tag moved since it was locked',
    meaning:
      'The tag now stands for another digest than the lock holds. The image is built from the locked digest all the same, and that digest is the one that was verified; a rule with `locked: {moved: block}` refuses it.',
    cure: 'Look at what changed, then run `docker verify lock --update IMAGE`. Until then the build stays what it was.',
  },
  'lock.differs': {
    headline: 'not the digest in the lock',
    meaning:
      'The digest that the image is used by is not the one that the lock holds: the Dockerfile writes another one, the image lies in a layout, or two locks disagree. A digest that is written counts before the lock; a rule with `locked` accepts the lock’s alone.',
    cure: 'Decide which of the two is meant. `docker verify lock` adds a digest that is written in the Dockerfile; `docker verify lock --prune` takes away an entry that is no longer used.',
  },
  'lock.tag-unknown': {
    headline: 'whether the tag moved is not known',
    meaning:
      'The image is built from its locked digest, and its registry could not be asked what the tag stands for now. Nothing that was verified depends on it.',
    cure: 'None is needed; `docker verify lock --check` asks again.',
  },
  'lock.signer-changed': {
    headline: 'signer changed since it was locked',
    meaning: 'The lock names a signer for this image, and another one, or none, has signed it now.',
    cure: 'Find out from the publisher why, before `docker verify lock --update`.',
  },
  'image.unresolved': {
    headline: 'could not be looked up',
    meaning: 'The registry could not be asked which digest this name stands for.',
    cure: 'See the reason given; check network, proxy and `docker login`, then try again.',
  },
  'image.not-found': {
    headline: 'not found',
    meaning: 'The registry answers that there is no image of this name, or none that this login may see.',
    cure: 'Check the spelling, and `docker login` for a private registry.',
  },
  'image.local-only': {
    headline: 'only in the local image store',
    meaning: 'The image exists on this machine alone, so no signature can be found for it.',
    cure: 'Push it and have it signed, or say in the policy what is to be done with such images (`local`).',
  },
  'image.not-built-here': {
    headline: 'a local image, and not built here of verified images alone',
    meaning:
      'The policy says `local: built`, and no record of this machine shows that this image was built here by `docker verify build` or `bake` with every image verified, the verdict `allow`, nothing let through in an emergency, and what the builder used compared with what was verified. An image of the same name that came from elsewhere has another ID; a record may also have been pruned, or records may be off.',
    cure: 'Build it again with `docker verify build` of images that are verified, with records on; or say in the policy what is to be done with such images (`local`).',
  },
  'image.local-shadow': {
    headline: 'a local image of this name differs from the registry’s',
    meaning:
      'The local image store holds other bytes under this name than the registry, and only one of them can be meant.',
    cure: 'Remove or rename the local one (`docker image rm`), or pull the registry’s.',
  },
  'image.kept-tag': {
    headline: 'by what the tag stood for earlier',
    meaning:
      'With `--offline` the registry is not asked what a tag stands for. The digest is the one that it stood for when it was last looked up here; that digest is verified anew, and it alone is built.',
    cure: 'Run once without `--offline` to look it up again, or lock the image: `docker verify lock`.',
  },
  'image.offline': {
    headline: 'not known without the network',
    meaning:
      'With `--offline` the network is not used, and what is kept does not suffice to look the image up or to judge it.',
    cure: 'Run once without `--offline`, so that what is needed is kept, or write the digest into the Dockerfile.',
  },
  'image.unverifiable': {
    headline: 'could not be verified',
    meaning: 'An error kept us from knowing whether the image satisfies the policy. It is neither signed nor unsigned.',
    cure: 'See the reason given, mend it, and try again.',
  },
  'image.too-old': {
    headline: 'older than allowed',
    meaning:
      "The proven time of its signature lies further back than `maxAge`, or no time that its signer bound is proven: a timestamp beside a key's signature can be made anew by anybody.",
    cure: 'Take a newer image, or raise `maxAge`.',
  },
  'image.too-new': {
    headline: 'younger than allowed',
    meaning:
      'It was signed less than `minAge` ago, or no time is proven: others have not had time to notice what is wrong with it.',
    cure: 'Wait, take an older image, or lower `minAge`.',
  },
  'image.digest-required': {
    headline: 'written without a digest',
    meaning: 'The rule says `digest: true`, and the image is written by its tag alone.',
    cure: 'Write it as `name:tag@sha256:…`; the digest stands in this report.',
  },
  'image.source-policy-denied': {
    headline: 'denied by your own source policy',
    meaning: 'The file in EXPERIMENTAL_BUILDKIT_SOURCE_POLICY denies this image, and it stays in force.',
    cure: 'Change that file, or unset the variable.',
  },
  'image.mutable-tag': {
    headline: 'written by a tag that can move',
    meaning:
      'The name is a tag, which its owner may point to other bytes at any time. This build is pinned all the same.',
    cure: 'Write the digest beside the tag, or keep it with `docker verify lock`.',
  },
  'image.latest': {
    headline: 'written as latest',
    meaning: 'The tag is `latest`, or none is written: what it stands for changes without notice.',
    cure: 'Write the version that you mean.',
  },
  'image.imitates': {
    headline: 'name looks like a well-known one',
    meaning: 'The name differs from that of a well-known image by a letter or two, or by characters that look alike.',
    cure: 'Read the name letter by letter; if it is right, write a rule for it.',
  },
  'context.replaces-image': {
    headline: 'a named context replaces the image',
    meaning:
      'A named context (`--build-context`, `contexts` in a bake file, `additional_contexts` in a compose file) puts a folder, an OCI layout, a URL or another target where an image is meant, which nothing vouches for. Where the Dockerfile cannot be read before the build, every name with a registry, tag or digest, or that a rule matches, is meant so.',
    cure: 'Leave that context out, give it a plain name, or list its name under `contexts` in the policy.',
  },
  'cache-import.denied': {
    headline: 'cache import denied',
    meaning:
      'A `--cache-from` source is not allowed by `cacheImports`: the writer of that cache decides what the build contains.',
    cure: 'Leave it out, or list it under `cacheImports.from` if only trusted builds can write it.',
  },
  'source.unpinned': {
    headline: 'not held to a commit',
    meaning:
      'A policy asks that git repositories (ADD, contexts) are named by a whole commit, and this one is named by a branch, a tag, a part of a commit, or nothing.',
    cure: 'Write `#COMMIT` (40 or 64 hexadecimal digits) behind its address, or `ADD --checksum=COMMIT`.',
  },
  'source.checksum-missing': {
    headline: 'not held to a checksum',
    meaning: 'A policy asks that downloads (ADD, contexts) carry a checksum, and this one has none.',
    cure: 'Write `ADD --checksum=sha256:…`. A context by URL can carry none: use a git repository at a commit, or a folder.',
  },
  'lineage.unknown': {
    headline: 'base unknown',
    meaning:
      'What the image was built on cannot be learnt down to scratch, and `lineage.unknown` does not accept that.',
    cure: 'Have it built with provenance, or loosen `lineage` for this image.',
  },
  'lineage.contradicted': {
    headline: 'base contradicted by the layers',
    meaning: 'The image claims a base whose layers it does not contain.',
    cure: 'Do not use the image before its publisher has explained the difference.',
  },
  'lineage.unverified': {
    headline: 'a base is not verified',
    meaning: 'A base further down the chain does not satisfy the policy under its own name.',
    cure: 'See which one with `docker verify lineage IMAGE`; write a rule for it or use another image.',
  },
  'lineage.too-deep': {
    headline: 'chain of bases too long',
    meaning: 'The chain of bases is longer than the bound, so its end was not reached.',
    cure: 'Look at it with `docker verify lineage IMAGE`: a chain this long is almost always an error.',
  },
  'package.denied': {
    headline: 'contains a denied package',
    meaning: 'The image’s signed SBOM lists a package that `packages.deny` names.',
    cure: 'Use an image without it, usually the next patch release.',
  },
  'package.unknown': {
    headline: 'packages unknown',
    meaning: 'The rule limits packages, and the image has no signed SBOM that would tell which it contains.',
    cure: 'Ask the publisher for a signed SBOM, or drop `packages` from the rule.',
  },
  'package.too-many': {
    headline: 'too many packages',
    meaning: 'The image’s signed SBOM lists more packages than `packages.max` allows.',
    cure: 'Use a smaller variant of the image, or raise `packages.max`.',
  },
  'builder.unenforceable': {
    headline: 'builder would not enforce',
    meaning: 'The builder ignores source policies, so it could use other images than those verified.',
    cure: 'Use Docker Engine 25 or newer with BuildKit, or another builder (`--builder`); `docker verify doctor` shows which can.',
  },
  ...scanFindings,
};
