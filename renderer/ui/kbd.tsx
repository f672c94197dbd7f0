const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Readonly<Record<string, string>> = {
  mod: MAC ? '⌘' : 'Ctrl',
  shift: MAC ? '⇧' : 'Shift',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  '-': '−',
};

/** The words on the keys of a chord such as `mod+k`. */
export function keyNames(chord: string): readonly string[] {
  const parts = chord === '+' ? ['+'] : chord.split('+');
  return parts.map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** A chord as key caps. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="keys">
      {keyNames(keys).map((name) => (
        <kbd key={name} className="kbd">
          {name}
        </kbd>
      ))}
    </span>
  );
}
