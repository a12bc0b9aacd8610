/** A rule of a BuildKit source policy, as its JSON has it (buildkit, sourcepolicy/pb/policy.proto). `match_type` left out is WILDCARD. */
export interface SourceRule {
  readonly action: 'ALLOW' | 'DENY' | 'CONVERT';
  readonly selector: {
    readonly identifier: string;
    readonly match_type?: 'WILDCARD' | 'EXACT' | 'REGEX';
    readonly constraints?: readonly unknown[]; // AttrConstraint: key, value and condition
  };
  readonly updates?: { readonly identifier?: string; readonly attrs?: Readonly<Record<string, string>> };
}

/** Sources that are let through without being named: the build context, and what ADD fetches. */
export const openSchemes: readonly string[] = ['local://', 'git://', 'http://', 'https://'];
