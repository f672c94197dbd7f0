import { useEffect } from 'react';
import type { Settings } from '../../shell/settings.ts';

/** Puts the theme on the page; without one on it, the page follows the system (tokens.css). */
export function useTheme(theme: Settings['theme']): void {
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
