/** One thing that `doctor` looked at. */
export interface Examination {
  readonly name: string;
  /** `bypass` names a way around us that is open here. */
  readonly result: 'good' | 'bypass' | 'bad';
  readonly detail: string;
  /** What to do about it; null for nothing. */
  readonly hint: string | null;
}
