import { EngineError } from '../../models/errors.ts';
import type { Precision } from '../../models/precision/precision.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { prove } from '../../renderer/engine/worker/precision-gate.ts';
import { ort } from './runtime.ts';

const proofs = new Map<Precision, Promise<EngineError | null>>();

/** The engine's own test of a precision, once in a process. @throws EngineError `engine-wrong-numbers`, `engine-start` */
export async function proveCpu(precision: Precision): Promise<void> {
  let proof = proofs.get(precision);
  if (!proof) {
    proof = prove({ ort, gpu: null, mutex: new Mutex() }, precision);
    proofs.set(precision, proof);
  }
  const fault = await proof;
  if (fault) throw new EngineError(fault.code, `${fault.message} Run this without --precision.`, { cause: fault });
}
