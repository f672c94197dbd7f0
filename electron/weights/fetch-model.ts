import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CheckpointError, DownloadError } from '../../models/errors.ts';
import { adoptCached } from './adopt-cached.ts';
import { withRetries } from './attempt.ts';
import { isMissing, onDisk } from './disk-failure.ts';
import type { HubFile } from './hub-client.ts';
import { type DownloadRecord, RECORD_FILE, readRecord, writeRecord } from './manifest.ts';
import type { HubModelId } from './model-id.ts';
import { CONFIG_PATH, checkUsable, type Plan, planCatalog, planRepository, WEIGHTS_PATHS } from './plan.ts';
import type { Shelf } from './shelf.ts';
import { type TransferEvents, type TransferTools, transfer } from './transfer.ts';
import type { WeightsFolder } from './weights-folder.ts';

/** A configuration with the names of 20,000 classes has about 1 MB. */
const CONFIG_LIMIT = 8 * 2 ** 20;

export type FetchEvents = Omit<TransferEvents, 'identified'>;

export interface FetchContext {
  readonly folder: WeightsFolder;
  readonly shelf: Shelf;
  readonly tools: TransferTools;
  /** The Hugging Face cache; null to leave it alone. */
  readonly cache: string | null;
  readonly events: FetchEvents;
  readonly signal: AbortSignal;
}

/**
 * Brings a model into the library: from the Hugging Face cache if its file is there, otherwise from the hub. It is complete
 * and checked when this resolves; what has arrived is kept for the next call when it rejects.
 * @throws DownloadError; CheckpointError or SpecError where what arrived is no CvT; CancelledError
 */
export async function fetchModel(id: HubModelId, context: FetchContext): Promise<void> {
  const { cache, events } = context;
  if (cache !== null && (await adoptCached(id, { ...context, cache, checking: events.checking }))) return;
  await download(id.kind === 'catalog' ? planCatalog(id) : await askRepository(id, context), context);
}

async function askRepository(
  id: HubModelId & { kind: 'repository' },
  { tools, events, signal }: FetchContext,
): Promise<Plan> {
  const { repository, revision } = id;
  const ask = () => tools.hub.readText({ repository, revision, path: CONFIG_PATH }, CONFIG_LIMIT, signal);
  const { text, commit } = await withRetries(ask, {
    policy: tools.retries,
    sleep: tools.sleep,
    signal,
    reached: () => 0,
    waiting: (failure, ms) => events.waiting(failure.error, ms),
  });
  // The weights of the same commit, even if the branch moves on meanwhile.
  return planRepository(id, text, commit ?? revision);
}

async function download(plan: Plan, context: FetchContext): Promise<void> {
  const folder = context.folder.download(plan.id.id);
  await onDisk(folder, () => mkdir(folder, { recursive: true }));
  const begun = await readRecord(folder);
  // What has begun goes on with the file that it began with.
  const first = (file: HubFile) => Number(file.path === begun?.origin.path);
  for (const file of [...plan.files].sort((a, b) => first(b) - first(a))) {
    try {
      return await downloadFile(plan, file, folder, context);
    } catch (error) {
      if (plan.files.length === 1 || !(error instanceof DownloadError) || error.code !== 'not-found') throw error;
    }
  }
  await rm(folder, { recursive: true, force: true });
  throw new DownloadError(
    'no-weights',
    `${plan.id.id}: the repository has neither ${WEIGHTS_PATHS.join(' nor ')}. Only weights in one of these files are read.`,
  );
}

async function downloadFile(plan: Plan, file: HubFile, folder: string, context: FetchContext): Promise<void> {
  const { tools, events, signal } = context;
  const id = plan.id.id;
  const name = basename(file.path);
  const whole = join(folder, name);
  const partPath = `${whole}.part`;
  // By the name that was asked for, not the commit that stands for it today.
  const origin = { ...file, revision: plan.id.kind === 'catalog' ? file.revision : plan.id.revision };
  const identity = await takeUp(folder, name, origin);
  const done = await transfer({ file, id, partPath, pinned: plan.pinned, identity, signal }, tools, {
    ...events,
    identified: (next) => writeRecord(folder, { version: 1, id, origin, file: name, identity: next }),
  });
  await onDisk(folder, () => rename(partPath, whole));
  const usable = await checkUsable(whole, plan, signal).catch(async (error: unknown) => {
    // Byte for byte what the hub has, and no CvT: to have it a second time would not help.
    if (error instanceof CheckpointError) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  await context.shelf.put(folder, {
    version: 1,
    id,
    weights: { place: 'library', file: name },
    ...done,
    origin,
    endpoint: tools.hub.endpoint,
    installed: new Date().toISOString(),
    ...usable,
  });
}

/** Leaves of an earlier download what belongs to this one, as a part file. @returns what the part is of, if that is known */
async function takeUp(
  folder: string,
  name: string,
  origin: DownloadRecord['origin'],
): Promise<DownloadRecord['identity'] | null> {
  const record = await readRecord(folder);
  const same = record?.origin.path === origin.path && record.origin.repository === origin.repository;
  const part = `${name}.part`;
  await onDisk(folder, async () => {
    for (const other of await readdir(folder))
      if (!same || ![RECORD_FILE, name, part].includes(other)) await rm(join(folder, other), { force: true });
    // Broken off between its last rename and the shelf.
    await rename(join(folder, name), join(folder, part)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  });
  return same ? record.identity : null;
}
