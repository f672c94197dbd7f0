/**
 * Takes out of a text what the log and "Copy diagnostics" must not hold: folders (a file's own name stays), the user's name in a
 * home folder, what follows an address (queries hold tokens), passwords, tokens, and contents of `data:` addresses.
 *
 * It takes too much rather than too little: a word with slashes around it may lose its beginning.
 *
 * @param home the user's home folder, where it is known: it may lie where no rule expects it
 */
export function redact(text: string, home?: string): string {
  const known = home && home.length > 1 ? replaceAllOf(text, home) : text;
  return known.replace(SECRETS_AND_PATHS, (found) => {
    if (/^data:/i.test(found)) return 'data:…';
    if (/^file:/i.test(found)) return lastPart(found.replace(/[?#].*$/s, ''));
    if (/^[a-z][a-z\d+.-]*:\/\//i.test(found)) return bareAddress(found);
    if (/^(bearer|basic)\s/i.test(found)) return `${found.split(/\s/, 1)[0]} …`;
    if (/^[\w-]*(token|key|secret|password)["']?\s*[=:]/i.test(found)) return `${/^[^=:]+[=:]/.exec(found)![0]}…`;
    if (HOME_FOLDER.test(found)) return '~';
    if (/^\/+$/.test(found)) return found;
    if (/[\\/]/.test(found)) return lastPart(found);
    return isRandom(found) ? '…' : found;
  });
}

/** What a path's parts are made of; a space only inside one that a separator follows. */
const SIGN = String.raw`[^\s\\/"'\x60<>|:*?]`;
const PART = `${SIGN}+(?: ${SIGN}+)*`;
/** A sentence's full stop is no part of a name. */
const LAST = `(?:${SIGN}*[^\\s\\\\/"'\\x60<>|:*?.,;()])?`;
const SEPARATOR = String.raw`[\\/]+`;
/** Not in the middle of a word, as in `and/or`. */
const START = String.raw`(?<![\p{L}\p{N}_.…<\\/-])`;
const HOME_FOLDER = /^(?:(?:[a-z]:)?[\\/]+(?:home|users)[\\/]+[^\\/]+|\/root)[\\/]*$/i;
const KNOWN_NAME =
  'jpe?g|png|webp|gif|bmp|avif|heic|svg|tiff?|pth|pt|bin|ckpt|safetensors|pdparams|h5|onnx|json|ya?ml|txt|csv|npy';

const SECRETS_AND_PATHS = new RegExp(
  [
    // Addresses, before their paths could be taken for paths of files.
    String.raw`\bdata:[^\s"'<>)]*`,
    String.raw`\bfile:[^\s"'<>)]*`,
    String.raw`\b[a-z][a-z\d+.-]*:\/\/[^\s"'<>)]*`,
    // Said to be secret.
    String.raw`\b(?:bearer|basic)\s+[\w.~+/=-]+`,
    String.raw`\b[\w-]*(?:token|key|secret|password)["']?\s*[=:]\s*["']?[^\s"'&,;)}]+`,
    String.raw`\bhf_[a-z\d]{8,}\b`,
    // Windows: a drive, a share, and the long form of both.
    String.raw`(?:\\+[?.]\\+)?\b[a-z]:${SEPARATOR}(?:${PART}${SEPARATOR})*${LAST}`,
    String.raw`\\\\+(?:[?.]\\+)?${PART}\\+(?:${PART}${SEPARATOR})*${LAST}`,
    // POSIX, from the root or the home folder.
    String.raw`${START}~?\/(?:${PART}\/+)*${LAST}`,
    // Below a folder of the user's: known by how the name ends.
    String.raw`${START}(?:[^\s\\/"'\x60<>|:*?(]+${SEPARATOR})+${SIGN}+\.(?:${KNOWN_NAME})\b`,
    // Long words that nobody chose.
    String.raw`\b[\w-]{32,}`,
  ].join('|'),
  'giu',
);

function replaceAllOf(text: string, home: string): string {
  const forms = new Set([home, home.replaceAll('\\', '\\\\'), home.replaceAll('\\', '/'), encodeURI(home)]);
  let left = text;
  // `/home/ann` must not be found in `/home/anna`.
  for (const form of forms) left = left.split(new RegExp(`${literally(form)}(?![\\w-])`, 'i')).join('~');
  return left;
}

/** A text as a pattern of itself. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function lastPart(path: string): string {
  const parts = path.split(/[\\/]+/).filter((part) => part !== '' && part !== '~');
  return parts.length > 0 ? parts[parts.length - 1]! : '~';
}

/** Without user information, query and fragment. */
function bareAddress(address: string): string {
  return address.replace(/[?#].*$/s, '').replace(/^([a-z][a-z\d+.-]*:\/\/)[^/@]*@/i, '$1');
}

/** Mixed cases and digits, as tokens have them; a checksum has no capitals, a name no digits all through. */
function isRandom(word: string): boolean {
  return /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
}
