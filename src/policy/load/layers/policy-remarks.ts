import type { PolicyLayer, PolicyRule, PolicySet } from '../../language/compiled/policy-set.ts';
import { daysLeft } from '../../language/patterns/exception-end.ts';

/** Something that a policy says and probably does not mean. */
export interface PolicyRemark {
  readonly policy: string;
  readonly line: number | null;
  readonly message: string;
  readonly hint: string;
}

/** What `policy check` warns of in policies that are valid. */
export function policyRemarks(policies: PolicySet, now: Date): readonly PolicyRemark[] {
  return policies.layers
    .filter((layer) => layer.layer !== 'builtin')
    .flatMap((layer) => [
      ...layer.rules.flatMap((rule) => [...tagRemarks(layer, rule), ...expressionRemarks(rule), ...exactRemarks(rule)]),
      ...coveredRemarks(layer),
      ...namesakeRemarks(layer),
      ...exceptionRemarks(layer, now),
      ...clusterRemarks(layer),
    ]);
}

/** A rule on `repository:tag` says nothing about `repository@digest`. */
function tagRemarks(layer: PolicyLayer, rule: PolicyRule): readonly PolicyRemark[] {
  const tagged = rule.images.flatMap((pattern, index) => (pattern.tag === null ? [] : [rule.written[index] ?? '']));
  const letsIn = layer.default === null || layer.default.verdict !== 'deny' || layer.default.mode === 'warn';
  if (tagged.length === 0 || !letsIn) return [];
  const repositories = rule.images.filter((pattern) => pattern.tag !== null).map((pattern) => pattern.repository);
  const isCovered = repositories.every((repository) =>
    layer.rules.some((other) =>
      other.images.some((pattern) => pattern.tag === null && pattern.repository === repository),
    ),
  );
  if (isCovered) return [];
  return [
    {
      policy: rule.policy,
      line: rule.line,
      message: `${tagged.join(', ')} says nothing about the same repository written with a digest, which the default lets in`,
      hint: 'name the repository without a tag, or say default: deny',
    },
  ];
}

/** An expression that begins or ends with anything at all leaves the identity open. */
function expressionRemarks(rule: PolicyRule): readonly PolicyRemark[] {
  const expressions = (rule.signedBy ?? []).flatMap(({ choices }) =>
    choices.flatMap(({ signer, images }) =>
      signer.kind === 'keyless' && signer.identity.kind === 'regexp' && images === null ? [signer.identity.text] : [],
    ),
  );
  return expressions
    .filter(
      (text) =>
        /^\^?(?:\(\?[a-z]*\))?\.[*+]/.test(text) || /^https?:\/\/[^/]*(?<!\\)\.[^/]*\//.test(text.replace(/\\\./g, '')),
    )
    .map((text) => ({
      policy: rule.policy,
      line: rule.line,
      message: `the expression ${text} matches identities under names that others can register`,
      hint: 'begin with the whole host, and write \\. for a dot',
    }));
}

/** What is compared as it stands and can be no signer's: a glob of another tool, or an issuer without its scheme. */
function exactRemarks(rule: PolicyRule): readonly PolicyRemark[] {
  const signers = (rule.signedBy ?? []).flatMap(({ choices }) => choices.map(({ signer }) => signer));
  const place = { policy: rule.policy, line: rule.line };
  return signers.flatMap((signer) => {
    if (signer.kind !== 'keyless') return [];
    const { issuer, identity } = signer;
    const isGlob = identity.kind === 'exact' && identity.text.includes('*');
    const isHost = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/|$)/i.test(issuer);
    return [
      ...(isGlob
        ? [
            {
              ...place,
              message: `the identity ${identity.text} is compared as it stands: its * is no wildcard, and no signer has that name`,
              hint: 'write identityRegexp, with .* for anything and \\. for a dot',
            },
          ]
        : []),
      ...(isHost
        ? [{ ...place, message: `the issuer ${issuer} is no address, as issuers are`, hint: `write https://${issuer}` }]
        : []),
    ];
  });
}

/** A rule that can never decide, since one before it matches all that it does. */
function coveredRemarks(layer: PolicyLayer): readonly PolicyRemark[] {
  return layer.rules.flatMap((rule, index) => {
    const before = layer.rules
      .slice(0, index)
      .find((other) =>
        rule.images.every((pattern) =>
          other.images.some(
            (wider) => wider.tag === null && (wider.repository === '**' || wider.repository === pattern.repository),
          ),
        ),
      );
    if (before === undefined) return [];
    return [
      {
        policy: rule.policy,
        line: rule.line,
        message: `rule ${rule.label} never decides: rule ${before.label} before it matches all of its images`,
        hint: 'the first rule that matches decides; move it up',
      },
    ];
  });
}

/** A second rule of one name in a file: reports name rules, and so do tables of tests. */
function namesakeRemarks({ rules }: PolicyLayer): readonly PolicyRemark[] {
  return rules.flatMap((rule, index) => {
    const before = rules.slice(0, index).find(({ policy, label }) => policy === rule.policy && label === rule.label);
    if (before === undefined) return [];
    const at = before.line === null ? '' : ` (line ${before.line})`;
    return [
      {
        policy: rule.policy,
        line: rule.line,
        message: `another rule before it is called ${rule.label} too${at}: a report could mean either`,
        hint: 'give each rule a name of its own',
      },
    ];
  });
}

/** Days before its end in which `policy check` lists an exception. */
const noticeDays = 30;

function exceptionRemarks(layer: PolicyLayer, now: Date): readonly PolicyRemark[] {
  return layer.exceptions.flatMap(({ until, reason, policy, line }) => {
    const left = daysLeft(until, now);
    if (left >= noticeDays) return [];
    const ends = left < 0 ? `ended on ${until}` : `ends on ${until}, in ${left} ${left === 1 ? 'day' : 'days'}`;
    return [
      { policy, line, message: `an exception ${ends}: ${reason}`, hint: 'take it out, or renew it with a reason' },
    ];
  });
}

/** The admission controller drops the tag of a reference with a digest. */
function clusterRemarks(layer: PolicyLayer): readonly PolicyRemark[] {
  return layer.clusterPolicies.flatMap((policy) => [
    ...[...policy.unsupported, ...policy.authorities.flatMap((authority) => authority.unsupported)].map(
      ({ field, reason }) => ({
        policy: policy.policy,
        line: policy.line,
        message: `${policy.name}: ${field} cannot be evaluated here (${reason})`,
        hint: 'an image that depends on it cannot be verified (11)',
      }),
    ),
    ...policy.authorities
      .flatMap((authority) => authority.stricter)
      .map(({ field, reason }) => ({
        policy: policy.policy,
        line: policy.line,
        message: `${policy.name}: ${field} is held more strictly here (${reason})`,
        hint: 'what fails for that alone may pass in a cluster, so it could not be verified (11)',
      })),
    ...policy.globs
      .filter((glob) => /:[^/]+$/.test(glob) && !glob.includes('@'))
      .map((glob) => ({
        policy: policy.policy,
        line: policy.line,
        message: `${policy.name}: ${glob} does not match references with a digest`,
        hint: 'name the repository with **',
      })),
  ]);
}
