/**
 * Files of the page's own making that stand for files of the machine (GivenFile): the library asks the other side for the real one,
 * so that a checkpoint of gigabytes is never brought into the page.
 */
const ids = new WeakMap<File, string>();

/** @param file may be empty: its name is what the page needs of it */
export function standFor(file: File, id: string): File {
  ids.set(file, id);
  return file;
}

/** Null for a file that the user dropped or chose. */
export function givenIdOf(file: File): string | null {
  return ids.get(file) ?? null;
}
