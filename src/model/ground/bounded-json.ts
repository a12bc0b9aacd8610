const quote = 0x22;
const backslash = 0x5c;

/** Objects and lists inside each other: more than any document that is read here needs, and few enough for every reader of it. */
const deepestDocument = 256;

/** How deep Go's encoding/json reads (`maxNestingDepth`): for what BuildKit reads too, so that both read the same. */
export const deepestOfGo = 10_000;

/** Whether objects and lists stand deeper inside each other than `deepest` in a JSON text. Never deeper in memory than the text is long. */
function isNestedDeeper(json: string, deepest: number): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    switch (json.charCodeAt(index)) {
      case quote:
        for (index += 1; index < json.length && json.charCodeAt(index) !== quote; index += 1) {
          if (json.charCodeAt(index) === backslash) index += 1;
        }
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > deepest) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      default:
    }
  }
  return false;
}

/**
 * Parses JSON whose nesting is bounded, so that nothing that walks through it runs out of stack. The program parses no JSON
 * of others in another way (a lint rule sees to it).
 * @throws SyntaxError
 */
export function parseBoundedJson(json: string, deepest: number = deepestDocument): unknown {
  if (isNestedDeeper(json, deepest)) throw new SyntaxError(`nested deeper than ${deepest} levels`);
  return JSON.parse(json);
}
