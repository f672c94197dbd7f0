/** The builds of onnxruntime-web that the app knows (runtime.ts says how they differ). */
export type RuntimeBuild = 'jspi' | 'asyncify' | 'wasm';

/**
 * Which build to load. The packaged app relies on it: Electron has JSPI, so only JSPI's build is in there
 * (electron/packaging/builder-config.mjs).
 */
export function chooseBuild({ jspi, needsWebgpu }: { jspi: boolean; needsWebgpu: boolean }): RuntimeBuild {
  if (jspi) return 'jspi';
  return needsWebgpu ? 'asyncify' : 'wasm';
}
