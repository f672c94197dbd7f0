const MAX_CHARACTERS = 120;

/**
 * Text that may hold names of files and classes, fit for a terminal and for a line of a message: what would move a cursor, give a
 * terminal orders, or turn the direction of the words behind it is shown as `?`. Line ends and tabs stay.
 */
export function withoutOrders(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, '?');
}

/** Text from a file, cut and without control characters, fit to stand in a message. */
export function printable(text: string): string {
  const cut = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return cut.replace(/\p{C}/gu, '?');
}
