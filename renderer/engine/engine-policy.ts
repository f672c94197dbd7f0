import { z } from 'zod';
import type { DevicePreference } from './protocol.ts';

/** What Electron's main process decides for an engine before it starts. */
export interface EnginePolicy {
  /** What the user chose; a client may change it while the engine runs. */
  readonly preference: DevicePreference;
  /** A sentence that says why WebGPU must not be tried; null: it may. */
  readonly avoidWebgpu: string | null;
}

export const FREE_POLICY: EnginePolicy = { preference: 'auto', avoidWebgpu: null };

const schema = z.object({
  preference: z.enum(['auto', 'webgpu', 'wasm']).catch('auto'),
  avoidWebgpu: z.string().max(1000).nullable().catch(null),
});

/** The policy as the query of the engine page's address; {@link readPolicy} gives it back. */
export function policyQuery(policy: EnginePolicy): string {
  const query = new URLSearchParams({ preference: policy.preference });
  if (policy.avoidWebgpu !== null) query.set('avoidWebgpu', policy.avoidWebgpu);
  return query.toString();
}

export function readPolicy(query: string): EnginePolicy {
  const words = new URLSearchParams(query);
  return schema.parse({ preference: words.get('preference'), avoidWebgpu: words.get('avoidWebgpu') });
}
