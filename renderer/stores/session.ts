import { create } from 'zustand';

/** When this window was opened, in milliseconds since 1970: results from before come from an earlier session. */
export const useSession = create<{ readonly began: number }>()(() => ({ began: Date.now() }));
