/** The part of a keyboard event that names a chord. */
export interface ChordEvent {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * Whether `event` is `chord`: a key as `KeyboardEvent.key` names it, with `mod+` before it for Ctrl or ⌘, or `shift+`. Shift
 * counts with letters only, because it is part of how characters such as `?` and `+` are typed.
 */
export function matchesChord(event: ChordEvent, chord: string): boolean {
  const needsMod = chord.startsWith('mod+');
  const needsShift = chord.startsWith('shift+');
  const key = chord.slice(needsMod ? 'mod+'.length : needsShift ? 'shift+'.length : 0);
  const hasMod = event.ctrlKey || event.metaKey;
  if (hasMod !== needsMod || event.altKey || event.key.toLowerCase() !== key.toLowerCase()) return false;
  return !/^[a-z]$/i.test(key) || event.shiftKey === needsShift;
}
