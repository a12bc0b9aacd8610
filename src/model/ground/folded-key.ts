/** Where upper and then lower case do not say what simple case folding says (Unicode, CaseFolding.txt, statuses C and S). */
const irregular: Readonly<Record<string, string>> = {
  '\u0131': '\u0131',
  '\u1fd3': '\u0390',
  '\u1fe3': '\u03b0',
  '\ufb05': '\ufb06',
};

/** A mapping that would make several characters of one is no simple one, and does not count. */
function mapped(character: string, mapping: (text: string) => string): string {
  const result = mapping(character);
  return Array.from(result).length === 1 ? result : character;
}

function foldCharacter(character: string): string {
  const upper = mapped(character, (text) => text.toUpperCase());
  return irregular[character] ?? mapped(upper, (text) => text.toLowerCase());
}

/** A text as Go decodes it: half a surrogate pair is U+FFFD there. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/**
 * What Go's encoding/json compares a key by when it looks for the field that is meant (`foldName`): letters without their
 * case by Unicode's simple folding, in which `ſ` is an `s` and the Kelvin sign a `k`.
 */
export function foldedKey(key: string): string {
  // most keys, at once: within ASCII both say the same
  if (/^[\0-\x7f]*$/.test(key)) return key.toLowerCase();
  return Array.from(wellFormed(key), foldCharacter).join('');
}
