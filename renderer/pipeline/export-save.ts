import { reasonOf, ShellError } from '../../models/errors.ts';

/** How long a download may take to begin before its bytes are let go. */
const KEPT_MS = 60_000;

/** Hands a file to the browser's downloads, or to Electron's, which asks for its place. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** @param png may still be in the making: the clipboard must be asked while the click is being handled */
export async function copyPng(png: Promise<Blob>): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
  } catch (error) {
    // The figure's own trouble is told before the clipboard's, which follows from it.
    await png;
    throw refused(error);
  }
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    throw refused(error);
  }
}

/** @param text may still be in the making, as in {@link copyPng} */
export async function copyLateText(text: Promise<string>): Promise<void> {
  const blob = text.then((ready) => new Blob([ready], { type: 'text/plain' }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
  } catch (error) {
    await text;
    throw refused(error);
  }
}

function refused(error: unknown): ShellError {
  const reason = reasonOf(error);
  const message = `The clipboard was not given to this page (${reason}). Save the file instead.`;
  return new ShellError('clipboard-refused', message, { cause: error });
}
