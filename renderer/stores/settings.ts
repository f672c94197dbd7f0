import { create } from 'zustand';
import { parseSettings, type Settings } from '../shell/settings.ts';

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
  writeSettings(settings: Settings): Promise<void>;
}

/**
 * Loads the settings, then writes every change back once it has settled. Answers a function that writes what is still
 * waiting (call it before the page goes). `onFailure` hears of a write that did not succeed; the app runs on without.
 */
export async function rememberSettings(home: SettingsHome, onFailure: (error: unknown) => void): Promise<() => void> {
  useSettings.setState(await home.readSettings());
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    const { theme, device, modelId, input, overlay, figure, compare } = useSettings.getState();
    home.writeSettings({ theme, device, modelId, input, overlay, figure, compare }).catch(onFailure);
  };
  useSettings.subscribe(() => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(flush, WRITE_DELAY_MS);
  });
  return flush;
}
