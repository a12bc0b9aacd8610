import { compareNumbers, compareText, type VersionOrder } from './order.ts';

/** The kinds of tokens, in the order in which they may follow one another (apk-tools, src/version.c). */
const kinds = ['component', 'digit', 'letter', 'suffix', 'suffix-number', 'revision', 'end', 'invalid'] as const;
type Kind = (typeof kinds)[number];

const early = ['alpha', 'beta', 'pre', 'rc'];
const late = ['cvs', 'svn', 'git', 'hg', 'p'];

function rank(kind: Kind): number {
  return kinds.indexOf(kind);
}

/** A value is a sign and a number of any length; one behind a dot is read as a fraction where it begins with a zero. */
interface Value {
  readonly negative: boolean;
  readonly digits: string;
  readonly isBehindDot: boolean;
}

function number(value: number): Value {
  return { negative: value < 0, digits: String(Math.abs(value)), isBehindDot: false };
}

function compareValues(left: Value, right: Value): number {
  if (left.negative !== right.negative) return left.negative ? -1 : 1;
  const isFraction = left.isBehindDot && right.isBehindDot && (left.digits[0] === '0' || right.digits[0] === '0');
  if (isFraction) return compareText(left.digits, right.digits);
  return left.negative ? compareNumbers(right.digits, left.digits) : compareNumbers(left.digits, right.digits);
}

const invalid = number(-1);

/** Reads a version token by token, as apk does. */
class Tokens {
  kind: Kind = 'digit';
  #rest: string;

  constructor(version: string) {
    this.#rest = version;
  }

  /** The value of the token that begins here; afterwards `kind` is that of the next one. */
  take(): Value {
    if (this.#rest === '') {
      this.kind = 'end';
      return number(0);
    }
    const value = this.#value();
    if (value === null) {
      this.kind = 'invalid';
      return invalid;
    }
    this.kind = this.#rest === '' ? 'end' : this.#following();
    return value;
  }

  /** Whether a component between dots follows that holds no digit. */
  get isEmptyComponent(): boolean {
    return this.kind === 'component' && !/^\d/.test(this.#rest);
  }

  #skip(length: number): void {
    this.#rest = this.#rest.slice(length);
  }

  #value(): Value | null {
    if (this.kind === 'letter') {
      const value = number(this.#rest.charCodeAt(0));
      this.#skip(1);
      return value;
    }
    if (this.kind === 'suffix') return this.#suffix();
    if (this.kind === 'invalid' || this.kind === 'end') return null;
    const [digits = ''] = /^\d*/.exec(this.#rest) ?? [];
    this.#skip(digits.length);
    return { negative: false, digits, isBehindDot: this.kind === 'component' };
  }

  #suffix(): Value | null {
    const before = early.findIndex((name) => this.#rest.startsWith(name));
    if (before >= 0) {
      this.#skip(early[before]?.length ?? 0);
      return number(before - early.length);
    }
    const after = late.findIndex((name) => this.#rest.startsWith(name));
    if (after < 0) return null;
    this.#skip(late[after]?.length ?? 0);
    return number(after);
  }

  #following(): Kind {
    const before = this.kind;
    const next = this.#startOf(before);
    const isBackward = rank(next) < rank(before);
    const mayGoBack =
      (next === 'component' && before === 'digit') ||
      (next === 'suffix' && before === 'suffix-number') ||
      (next === 'digit' && before === 'letter');
    return isBackward && !mayGoBack ? 'invalid' : next;
  }

  #startOf(before: Kind): Kind {
    const first = this.#rest[0] ?? '';
    if ((before === 'digit' || before === 'component') && /[a-z]/.test(first)) return 'letter';
    if (before === 'letter' && /\d/.test(first)) return 'digit';
    if (before === 'suffix' && /\d/.test(first)) return 'suffix-number';
    if (/^-r(?![a-z])/.test(this.#rest)) {
      this.#skip(2);
      return 'revision';
    }
    this.#skip(1);
    if (first === '.') return 'component';
    return first === '_' ? 'suffix' : 'invalid';
  }
}

/**
 * The order of Alpine and Wolfi, `1.2.3a_rc1-r4`: that of apk-tools (`apk_version_compare`), which also orders what is no valid
 * version: it comes before the valid one that it begins like.
 */
export const apkOrder: VersionOrder = (left, right) => {
  const a = new Tokens(left);
  const b = new Tokens(right);
  let values: readonly [Value, Value] = [number(0), number(0)];
  while (a.kind === b.kind && a.kind !== 'end' && a.kind !== 'invalid' && compareValues(values[0], values[1]) === 0) {
    values = [a.take(), b.take()];
  }
  const order = compareValues(values[0], values[1]);
  if (order !== 0 || a.kind === b.kind) return order;
  // the longer one is the newer, unless what follows says that it came before a release
  if (a.kind === 'suffix' && a.take().negative) return -1;
  if (b.kind === 'suffix' && b.take().negative) return 1;
  if (a.isEmptyComponent) return -1;
  if (b.isEmptyComponent) return 1;
  return rank(b.kind) - rank(a.kind);
};
