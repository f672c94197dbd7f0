import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { activationSchema } from '../../models/cvt/spec.ts';
import { preprocessingSchema } from '../../models/image/preprocessing-schema.ts';
import { writeWhole } from '../settings/write-whole.ts';
import { isMissing, onDisk } from './disk-failure.ts';

/** What the library writes beside weights. Everything is checked when it is read: these files lie open on the disk. */

const size = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const modelId = z.string().min(1).max(500);
/** One name, no way out of the folder. */
const fileName = z
  .string()
  .regex(/^[\w.-]{1,200}$/)
  .refine((name) => !name.startsWith('.'));

/** What the catalog does not know about a model. */
const facts = z.object({
  /** With the official keys. */
  spec: z.record(z.string(), z.unknown()),
  /** Null: ImageNet's where there are 1000 classes. */
  labels: z.array(z.string()).nullable(),
  /** Null: as the file implies. */
  activation: activationSchema.nullable(),
  preprocessing: preprocessingSchema,
});

const origin = z.object({
  repository: z.string(),
  revision: z.string(),
  /** Path of the weights in the repository. */
  path: z.string(),
});

/** A file of the user's. Its checksum is the weights' own unless they were decoded. */
const imported = z.object({ file: z.string(), sha256 });

const manifestSchema = z.object({
  version: z.literal(1),
  id: modelId,
  /** Given by the user to an import; other models have their own. */
  title: z.string().min(1).optional(),
  weights: z.discriminatedUnion('place', [
    z.object({ place: z.literal('library'), file: fileName }),
    z.object({ place: z.literal('huggingface-cache'), path: z.string().min(1) }),
    z.object({ place: z.literal('outside'), path: z.string().refine(isAbsolute) }),
  ]),
  size,
  sha256,
  /** Whose checksum the file was held against when it came. */
  checkedAgainst: z.enum(['pinned', 'hub', 'cache', 'nothing']),
  origin: z.union([origin, imported]),
  commit: z.string().nullable(),
  /** Base URL of the hub or the mirror; null for what was found in the cache. */
  endpoint: z.string().nullable(),
  /** ISO 8601 */
  installed: z.string(),
  numClasses: z.int().min(1),
  /** Null for models of the catalog, which holds theirs. */
  facts: facts.nullable(),
});

const recordSchema = z.object({
  version: z.literal(1),
  id: modelId,
  origin,
  file: fileName,
  identity: z.object({ sha256: sha256.nullable(), size: size.nullable(), etag: z.string().nullable() }),
});

/** A complete model. Written last, so that where there is one, everything it speaks of was complete and on the disk. */
export type Manifest = z.infer<typeof manifestSchema>;
/** A download that has begun. */
export type DownloadRecord = z.infer<typeof recordSchema>;

const MANIFEST = 'manifest.json';
const RECORD = 'download.json';

/** Null where there is none. @throws what JSON.parse and zod throw where it is damaged */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readIfThere(join(folder, MANIFEST));
  return text === null ? null : manifestSchema.parse(JSON.parse(text));
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await write(join(folder, MANIFEST), manifest);
}

/** Null where there is none or it is damaged: then the download starts anew. */
export async function readRecord(folder: string): Promise<DownloadRecord | null> {
  const text = await readIfThere(join(folder, RECORD));
  if (text === null) return null;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function writeRecord(folder: string, record: DownloadRecord): Promise<void> {
  await write(join(folder, RECORD), record);
}

/** What is of use only while the download runs. */
export const RECORD_FILE = RECORD;

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function write(path: string, data: unknown): Promise<void> {
  return onDisk(path, () => writeWhole(path, `${JSON.stringify(data, null, 2)}\n`));
}
