/** What the reference says of a finding. */
export interface FindingExplanation {
  /** A few words that stand beside an image's name. */
  readonly headline: string;
  readonly meaning: string;
  readonly cure: string;
}
