import { ShellError } from '../../models/errors.ts';
import type { FileIdentity } from '../../models/recipe/differences.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { entryById, useLibrary } from '../stores/library.ts';

/** A digest takes all of its bytes at once. The library knows the checksums of its own models, which are the large ones. */
const MOST_BYTES = 512 * 2 ** 20;

const digests = new WeakMap<Blob, Promise<string>>();
const checkpoints = new Map<string, Promise<FileIdentity>>();

/** Lower-case hexadecimal; computed once a file. */
export function sha256Of(file: Blob): Promise<string> {
  let digest = digests.get(file);
  if (!digest) {
    digest = file.arrayBuffer().then(hexDigest);
    digests.set(file, digest);
    digest.catch(() => digests.delete(file));
  }
  return digest;
}

/** The checkpoint of a model that is on this machine: by the library, or read once where it ships with the app. */
export function checkpointIdentity(entry: ModelEntry): Promise<FileIdentity> {
  const state = entryById(useLibrary.getState().snapshot, entry.id)?.state;
  if (state?.kind === 'installed') return Promise.resolve({ bytes: state.size, sha256: state.sha256 });
  let identity = checkpoints.get(entry.weightsUrl);
  if (!identity) {
    identity = readIdentity(entry);
    checkpoints.set(entry.weightsUrl, identity);
    identity.catch(() => checkpoints.delete(entry.weightsUrl));
  }
  return identity;
}

async function readIdentity({ title, weightsUrl, weightsSize }: ModelEntry): Promise<FileIdentity> {
  if (weightsSize > MOST_BYTES) return { bytes: weightsSize, sha256: null };
  const response = await fetch(weightsUrl).catch(() => null);
  if (!response?.ok)
    throw new ShellError(
      'asset-unreadable',
      `${title}: the checkpoint could not be read for its checksum. Is the app still running?`,
    );
  const bytes = await response.arrayBuffer();
  return { bytes: bytes.byteLength, sha256: await hexDigest(bytes) };
}

async function hexDigest(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
