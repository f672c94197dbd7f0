import { create } from 'zustand';
import type { DeviceReport, EngineState } from '../engine/protocol.ts';

interface EngineStore {
  readonly state: EngineState;
  /** The last device that was reported; kept while the engine restarts, so that the badge does not flicker. */
  readonly device: DeviceReport | null;
  /** The user's choice is being carried out. */
  readonly configuring: boolean;
}

export const useEngine = create<EngineStore>()(() => ({
  state: { kind: 'starting' },
  device: null,
  configuring: false,
}));

export function noteEngineState(state: EngineState): void {
  useEngine.setState(state.kind === 'ready' ? { state, device: state.device } : { state });
}
