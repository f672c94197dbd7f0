/** As many as the list of recent files keeps, and some. */
const MOST = 32;

interface ChosenFile {
  readonly webkitRelativePath: string;
}

/**
 * Where the files lie that the user dropped or chose: for a folder that was chosen its own place once, in place of all its files.
 * Files without a place, pasted ones for instance, are left out; of very many the last stay.
 */
export function placesOf<Chosen extends ChosenFile>(
  files: readonly Chosen[],
  placeOf: (file: Chosen) => string,
): readonly string[] {
  const places = new Set<string>();
  const roots = new Set<string>();
  for (const file of files) {
    const inside = file.webkitRelativePath;
    const root = inside.split('/', 1)[0]!;
    // One look for a folder, not one for each of its files.
    if (inside !== '' && roots.has(root)) continue;
    const place = placeOf(file);
    if (place === '') continue;
    if (inside === '') places.add(place);
    else {
      roots.add(root);
      places.add(place.slice(0, place.length - inside.length) + root);
    }
  }
  return [...places].slice(-MOST);
}
