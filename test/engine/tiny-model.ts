import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { preprocessingFor } from '../../models/image/preprocessing.ts';
import type { ModelRef } from '../../renderer/engine/protocol.ts';
import { REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';

const blob = new Blob([formulaCheckpoint(REFERENCE_SPEC, 10, 1)]);

/** A model that loads in no time, of 10 classes. */
export function tinyModel(id = 'tiny', side = 64): ModelRef {
  return {
    id,
    title: 'Tiny',
    weights: { kind: 'blob', blob },
    spec: toOfficialSpec(REFERENCE_SPEC),
    activation: null,
    preprocessing: preprocessingFor({ rows: side, cols: side }),
  };
}
