import { withoutOrders } from './bytes/printable.ts';

/**
 * Every error that CvT Lens raises on purpose. A class says which part refused, a code says why (stable: tests, exit codes
 * and the UI branch on it, never on text), and the message names the file or the step and the way out.
 */
export abstract class LensError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    // Messages name files, and anybody can name a file: they go to terminals too.
    super(withoutOrders(message), options);
    this.code = code;
  }
}

export type CheckpointErrorCode =
  | 'empty' // no bytes at all
  | 'unreadable' // the file system would not give the file
  | 'unknown-format' // no reader recognises the file
  | 'unsupported' // recognised, but of a kind this build does not read
  | 'truncated' // a declared size reaches past the end of the file
  | 'corrupt' // the container contradicts itself
  | 'too-large' // a declared size is over a named limit
  | 'forbidden-pickle' // a pickle names a global or an opcode outside the allow-list
  | 'missing-tensor'
  | 'extra-tensor'
  | 'wrong-shape'
  | 'wrong-dtype'
  | 'unknown-variant' // the tensors are no variant that is known by its shapes; a spec is needed
  | 'not-finite' // NaN or infinite weights
  | 'too-large-for-fp16'; // a weight is beyond half precision

/** A checkpoint file that cannot be used. Always names the file. */
export class CheckpointError extends LensError<CheckpointErrorCode> {
  override readonly name = 'CheckpointError';
}

export type SpecErrorCode =
  | 'spec-unreadable' // no file that can be read, or neither JSON nor YAML
  | 'spec-invalid' // a key is missing, of the wrong type, or out of range
  | 'spec-residual-grid' // the query projection would change the token grid, so the residual cannot be added
  | 'input-too-small'; // the input height or width leaves a stage without tokens or keys

/** A CvT spec that cannot be built. Names the key, and the stage where there is one. */
export class SpecError extends LensError<SpecErrorCode> {
  override readonly name = 'SpecError';
}

export type ImageErrorCode =
  | 'image-empty'
  | 'image-unreadable' // the file itself could not be read
  | 'image-unknown-format' // no image format that is known
  | 'image-unsupported' // a known format that this build cannot decode
  | 'image-too-large' // beyond MAX_IMAGE_PIXELS
  | 'image-broken'; // header fine, decoder failed, or header malformed

/** An image that cannot be shown to the network. Always names the file. */
export class ImageError extends LensError<ImageErrorCode> {
  override readonly name = 'ImageError';
}

export type EngineErrorCode =
  | 'engine-start' // the Worker or the runtime did not come up
  | 'engine-crashed' // the Worker died or froze twice on the same request
  | 'engine-device-lost'
  | 'engine-out-of-memory'
  | 'engine-no-webgpu' // WebGPU was insisted on and is not there
  | 'engine-wrong-numbers' // a provider failed its self-test
  | 'engine-closed' // the connection to the engine ended
  | 'engine-fetch' // the weights could not be fetched
  | 'input-too-large' // more memory than the engine has, or a side beyond what it takes
  | 'taps-released' // the run whose attention is asked for is no longer held; analyse the image again
  | 'engine-bad-request'
  | 'engine-short-answer' // it answered for fewer pictures than it was asked about
  | 'engine-unexpected';

/** A fault of the inference engine, not of the user's file. */
export class EngineError extends LensError<EngineErrorCode> {
  override readonly name = 'EngineError';
}

export type ShellErrorCode =
  | 'shell-unreachable' // the loopback server or the main process does not answer
  | 'shell-refused' // token, host, origin or sender was not accepted
  | 'settings-unreadable'
  | 'app-incomplete' // a file of the app itself is missing or damaged
  | 'usage' // a command line that cannot be understood
  | 'output-exists' // a file stands where the result should go
  | 'output-unwritable' // the file system would not take the result
  | 'figure-undrawable' // the browser would not draw or encode a figure of this size
  | 'clipboard-refused'
  | 'asset-unreadable'; // a file of the app's that the shell serves did not come

/** A fault between the app and the machine it runs on. */
export class ShellError extends LensError<ShellErrorCode> {
  override readonly name = 'ShellError';
}

export type DownloadErrorCode =
  | 'unknown-model' // no model of the catalog or the library, and no id of a repository
  | 'not-installed' // known, but not on this machine
  | 'network-unreachable' // no connection, or it broke again and again
  | 'not-found' // the hub has no such repository, revision or file
  | 'no-weights' // the repository has no weights file that is read
  | 'unauthorised' // the hub wants a token, or refuses the one it got
  | 'gated' // the repository's owner asks for an agreement first
  | 'rate-limited' // the hub wants fewer requests, for longer than is worth waiting
  | 'server-failed' // the hub answers with errors of its own again and again
  | 'server-refused' // the hub or its CDN answers with what the protocol does not foresee
  | 'changed-on-server' // the hub offers another file than the pinned one
  | 'wrong-bytes' // what arrived does not have the expected checksum or size
  | 'no-space'
  | 'unwritable' // the file system would not take the file, or not let it go
  | 'locked' // another process works on the same weights folder
  | 'folder-not-empty' // weights cannot be moved into a folder that holds something else
  | 'busy' // the library is doing something that excludes this
  | 'stored-file-broken' // a file that was complete once is missing, or has changed since
  | 'file-moved'; // a file that was imported in place is no longer where it was

/** Weights that cannot be fetched, kept or found again. Always names the model. */
export class DownloadError extends LensError<DownloadErrorCode> {
  override readonly name = 'DownloadError';
}

export type ImportErrorCode =
  | 'import-no-checkpoint' // none of the files is a checkpoint
  | 'import-many-checkpoints' // more than one is
  | 'import-too-large' // more bytes than a page may send, or more files than belong to a model
  | 'import-changed' // the file changed between being inspected and being imported
  | 'import-gone' // no longer known: discarded, or the app was started again
  | 'import-other-file' // the file that was named holds other bytes than the one that moved
  | 'import-refused'; // a choice that was not offered

/** Files of the user's that cannot be brought into the library. */
export class ImportError extends LensError<ImportErrorCode> {
  override readonly name = 'ImportError';
}

export type EvaluationErrorCode =
  | 'folder-unreadable'
  | 'no-pictures' // the folder holds none
  | 'labels-unreadable' // the labels file could not be read, or says nothing
  | 'classes-unreadable' // neither is the file of class names
  | 'classes-other-count' // as many class names as the model has classes are needed
  | 'no-labels' // no picture has a label that names a class of the model
  | 'journal-unreadable' // the file system or the browser would not give the results back
  | 'journal-unwritable'; // the file system or the browser would not keep them

/** A labelled folder that cannot be measured. Names the folder or the file. */
export class EvaluationError extends LensError<EvaluationErrorCode> {
  override readonly name = 'EvaluationError';
}

export type RecipeErrorCode =
  | 'recipe-unreadable' // the file could not be read, is not JSON, or is far too large
  | 'recipe-invalid' // a key is missing, of the wrong type, or out of range
  | 'recipe-newer' // written by a version of the app that knows more
  | 'recipe-other-picture' // the picture that was given is not the recipe's
  | 'recipe-other-model'; // the checkpoint here is not the recipe's

/** A recipe that does not lead back to its view. Names the key, the picture or the model. */
export class RecipeError extends LensError<RecipeErrorCode> {
  override readonly name = 'RecipeError';
}

/** The user, or a newer request, withdrew the work. Neither a failure nor worth a message. */
export class CancelledError extends LensError<'cancelled'> {
  override readonly name = 'CancelledError';

  constructor(message = 'Cancelled.') {
    super('cancelled', message);
  }
}

/** What was thrown says, for a message that names the file or the step: anything can be thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Throws {@link CancelledError} if `signal` has fired; the one way our loops honour an AbortSignal. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}

/** What of an error crosses a thread or a process. */
export interface ErrorMessage {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

const CLASSES = {
  CheckpointError,
  SpecError,
  ImageError,
  EngineError,
  ShellError,
  DownloadError,
  ImportError,
  EvaluationError,
  RecipeError,
} as const;

/** An error as plain data. Anything that is not ours becomes an `engine-unexpected` {@link EngineError}. */
export function toErrorMessage(error: unknown): ErrorMessage {
  if (error instanceof LensError) return { name: error.name, code: error.code, message: error.message };
  return { name: 'EngineError', code: 'engine-unexpected', message: reasonOf(error) };
}

/** The error class and code back from {@link toErrorMessage}'s data. */
export function fromErrorMessage(data: ErrorMessage): LensError {
  if (data.name === 'CancelledError') return new CancelledError(data.message);
  const known = Object.hasOwn(CLASSES, data.name) ? CLASSES[data.name as keyof typeof CLASSES] : EngineError;
  // The code left this same program as one of the class's codes.
  return new known(data.code as never, data.message);
}
