import { create } from 'zustand';
import { parseSettings, type Settings, type SettingsChange } from '../shell/settings.ts';

interface SettingsState extends Settings {
  readonly update: (change: Partial<Settings>) => void;
  readonly updateOverlay: (change: Partial<Settings['overlay']>) => void;
}

/** What the app remembers. `rememberSettings` carries it to the machine. */
export const useSettings = create<SettingsState>()((set) => ({
  ...parseSettings(null),
  update: (change) => set(change),
  updateOverlay: (change) => set((state) => ({ overlay: { ...state.overlay, ...change } })),
}));

/** A slider moves many times a second; one write follows when it has come to rest. */
const WRITE_DELAY_MS = 300;

interface SettingsHome {
  readSettings(): Promise<Settings>;
  writeSettings(change: SettingsChange): Promise<void>;
}

/**
 * Loads the settings, then writes every change back once it has settled, and no more than the change: another window on the
 * same settings has its own. Answers a function that writes what is still
 * waiting (call it before the page goes). `onFailure` hears of a write that did not succeed; the app runs on without.
 */
export async function rememberSettings(home: SettingsHome, onFailure: (error: unknown) => void): Promise<() => void> {
  let known = await home.readSettings();
  useSettings.setState(known);
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    const { theme, device, precision, modelId, input, overlay, figure, compare } = useSettings.getState();
    const now: Settings = { theme, device, precision, modelId, input, overlay, figure, compare };
    const before = known;
    const change = difference(before, now);
    if (Object.keys(change).length === 0) return;
    known = now;
    home.writeSettings(change).catch((error: unknown) => {
      // The next write carries it again.
      known = { ...known, ...named(before, change) };
      onFailure(error);
    });
  };
  useSettings.subscribe(() => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(flush, WRITE_DELAY_MS);
  });
  return flush;
}

function difference(before: Settings, after: Settings): SettingsChange {
  const was: Readonly<Record<string, unknown>> = before;
  const changed = Object.entries(after).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(was[key]));
  return Object.fromEntries(changed);
}

function named(settings: Settings, names: SettingsChange): SettingsChange {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => Object.hasOwn(names, key)));
}
