/**
 * The bytes that UTF-8 text of Latin-1 characters stands for, one each; null where the text is malformed or has a character
 * beyond U+00FF. Not by way of a string: a tensor of 16 MB would take a string of 32.
 */
export function latin1Bytes(utf8: Uint8Array): Uint8Array | null {
  const bytes = new Uint8Array(utf8.length);
  let length = 0;
  for (let at = 0; at < utf8.length; at++) {
    const lead = utf8[at]!;
    if (lead < 0x80) {
      bytes[length++] = lead;
      continue;
    }
    const next = utf8[++at];
    // U+0080 to U+00FF are C2 80 to C3 BF.
    if ((lead !== 0xc2 && lead !== 0xc3) || next === undefined || (next & 0xc0) !== 0x80) return null;
    bytes[length++] = ((lead & 0x03) << 6) | (next & 0x3f);
  }
  return bytes.subarray(0, length);
}
