/** How a study that walks through many steps is followed and stopped. */
export interface StudyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}
