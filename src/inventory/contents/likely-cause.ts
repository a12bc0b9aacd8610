import type { LikelyCause } from '../../model/index.ts';

/** What a guess is made from. */
export interface CauseClues {
  readonly instruction: string | null;
  /** Of the files that differ by more than their time. */
  readonly paths: readonly string[];
  /** Of some of them, what they held and hold. */
  readonly contents: readonly { readonly left: Buffer; readonly right: Buffer }[];
}

/** What package managers write down. */
const packageRecords =
  /^(?:var\/lib\/(?:dpkg|apt|rpm|pacman)\/|(?:usr\/)?lib\/apk\/|usr\/lib\/sysimage\/rpm\/|var\/cache\/(?:apt|apk|dnf|yum)\/)|(?:^|\/)(?:\.package-lock\.json|[^/]+\.dist-info\/)/;
const packageManagers =
  /\b(?:apt(?:-get)?|apk|dnf|microdnf|yum|zypper|pacman|pip3?|uv|npm|pnpm|yarn|gem|bundle|cargo|composer|go)\s+(?:-\S+\s+)*(?:install|add|get|update|upgrade|ci|dist-upgrade|require|-S\S*)\b/;
const downloads =
  /\b(?:curl|wget|aria2c|git\s+(?:clone|fetch|pull)|svn\s+checkout|go\s+mod\s+download)\b|\bADD\s+(?:--\S+\s+)*(?:https?|git):/;

const names = /\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/gi;

/** A text without what a clock would have written. */
function withoutClock(bytes: Buffer): string {
  return bytes.toString('latin1').replace(names, 'D').replace(/\d+/g, '0').replace(/ +/g, ' ');
}

/** Whether two contents differ in digits and names of days and months alone, one of them being as long as a time is. */
function differsByClock({ left, right }: CauseClues['contents'][number]): boolean {
  const isDated = /\d{4}-\d\d|\d\d:\d\d|\d{9,}|(?:19|20)\d\d/.test(left.toString('latin1'));
  return isDated && withoutClock(left) === withoutClock(right);
}

/** A guess at why a layer came out otherwise, from what differs and from the instruction that made it; null where nothing points to one. */
export function likelyCause({ instruction, paths, contents }: CauseClues): LikelyCause | null {
  if (contents.length > 0 && contents.every(differsByClock)) return 'time';
  const text = instruction ?? '';
  if (paths.some((path) => packageRecords.test(path)) || packageManagers.test(text)) return 'unpinned package';
  if (downloads.test(text)) return 'network in RUN';
  if (contents.some(differsByClock) || /\b(?:date|\$\(date|timestamp|now)\b/i.test(text)) return 'time';
  return null;
}
