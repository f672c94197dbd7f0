import asyncifyMjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspiMjs from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import plainMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { EngineError } from '../../../models/errors.ts';
import { chooseBuild, type RuntimeBuild } from './choose-build.ts';

export type Ort = typeof import('onnxruntime-web');

export interface Runtime {
  readonly ort: Ort;
  /** `onnxruntime-web 1.30.0 (jspi)` */
  readonly name: string;
}

/**
 * The builds that carry the native WebGPU provider differ in how they wait: with the engine's JSPI, or by Asyncify at 10 MB
 * more wasm. JSPI's also reads weights out of a Blob tensor by tensor, on the CPU too, where the others hold the whole
 * file. The plain one knows the CPU only. (The package's default entry is the deprecated JSEP build.)
 */
const BUILDS = {
  jspi: { load: () => import('onnxruntime-web/jspi'), paths: { mjs: jspiMjs, wasm: jspiWasm } },
  asyncify: { load: () => import('onnxruntime-web/webgpu'), paths: { mjs: asyncifyMjs, wasm: asyncifyWasm } },
  wasm: { load: () => import('onnxruntime-web/wasm'), paths: { mjs: plainMjs, wasm: plainWasm } },
} as const satisfies Record<RuntimeBuild, unknown>;

/**
 * Loads onnxruntime-web. A Worker loads one build, once.
 * @param threads for the CPU's part of the work
 * @throws EngineError `engine-start`
 */
export async function loadRuntime(needsWebgpu: boolean, threads: number): Promise<Runtime> {
  const build = chooseBuild({ jspi: 'Suspending' in WebAssembly, needsWebgpu });
  const { load, paths } = BUILDS[build];
  try {
    const ort: Ort = await load();
    ort.env.wasm.wasmPaths = paths;
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'error';
    return { ort, name: `onnxruntime-web ${ort.env.versions.web ?? ort.env.versions.common} (${build})` };
  } catch (cause) {
    throw new EngineError('engine-start', `onnxruntime-web (${build}) could not be loaded: ${String(cause)}`, {
      cause,
    });
  }
}
