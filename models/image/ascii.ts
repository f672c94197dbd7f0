/** `length` bytes as Latin-1 text. @throws RangeError beyond the end of `view` */
export function ascii(view: DataView, offset: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(view.getUint8(offset + i));
  return text;
}

/** Whether the bytes at `offset` are the Latin-1 text `text`; false beyond the end of `view`. */
export function matches(view: DataView, offset: number, text: string): boolean {
  if (offset + text.length > view.byteLength) return false;
  return ascii(view, offset, text.length) === text;
}
