import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-web';

/** onnxruntime-web's own advice: more threads than this gain nothing at CvT's sizes. */
export const MOST_THREADS = 8;

/** What `cpuThreads` of a graph for this process is. */
export const CPU_THREADS = Math.min(MOST_THREADS, availableParallelism());

// Taken for good by the first session, whoever makes it. Left to itself the runtime takes half of the cores.
ort.env.wasm.numThreads = CPU_THREADS;

export { ort };
