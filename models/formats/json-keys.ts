const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The first key that some object in `json` has twice, or null. JSON.parse keeps the last one without a word, and two readers
 * that choose differently would see two different files.
 * @param json valid JSON text, as long as a header may be: hence a scan by hand, since a regular expression's own stack
 *   overflows on strings of megabytes
 */
export function findDuplicateKey(json: string): string | null {
  /** The keys seen in each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let keyMayFollow = false;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '{':
        open.push(new Set());
        keyMayFollow = true;
        break;
      case '[':
        open.push(null);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        keyMayFollow = true;
        break;
      case '"': {
        const end = stringEnd(json, at);
        const keys = keyMayFollow ? open.at(-1) : null;
        keyMayFollow = false;
        if (keys) {
          // Parsed, since escapes make different spellings of one key.
          const key = String(JSON.parse(json.slice(at, end + 1)));
          if (keys.has(key)) return key;
          keys.add(key);
        }
        at = end;
        break;
      }
    }
  }
  return null;
}

/** Where the string that opens at `start` has its closing quote. */
function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
