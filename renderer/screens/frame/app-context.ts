import { createContext, useContext } from 'react';
import type { App } from '../../start.ts';

export const AppContext = createContext<App | null>(null);

/** The running app; only inside the screens. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('useApp is called outside of AppContext.');
  return app;
}
