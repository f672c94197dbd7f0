const MAX_CHARACTERS = 120;

/** Text from a file, cut and without control characters, fit to stand in a message. */
export function printable(text: string): string {
  const cut = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return cut.replace(/\p{C}/gu, '?');
}
