/** The part of a keyboard event that names a chord. */
export interface ChordEvent {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * Whether `event` is `chord`: a key as `KeyboardEvent.key` names it, with `mod+` before it for Ctrl or ⌘. Shift is not
 * looked at, because it is part of how characters such as `?` and `+` are typed.
 */
export function matchesChord(event: ChordEvent, chord: string): boolean {
  const needsMod = chord.startsWith('mod+');
  const key = needsMod ? chord.slice('mod+'.length) : chord;
  const hasMod = event.ctrlKey || event.metaKey;
  return hasMod === needsMod && !event.altKey && event.key.toLowerCase() === key.toLowerCase();
}
