import { toErrorMessage } from '../../../models/errors.ts';
import { beginsAsCheckpoint, beginsAsRecipe, kindOfName } from '../../pipeline/file-kinds.ts';
import type { Desktop, GivenFile } from '../../shell/desktop.ts';
import { standFor } from '../../shell/given-file.ts';
import type { App } from '../../start.ts';
import { type NewImage, useImages } from '../../stores/images.ts';
import { useNotices } from '../../stores/notices.ts';
import { useScreen } from '../../stores/screen.ts';
import { showTray } from '../inspect/add-pictures.ts';
import { takeCollected } from './take-files.ts';

/** Files that are read at a time. */
const AT_ONCE = 8;
/** Enough to see a checkpoint by. */
const HEAD_BYTES = 16;
/** A notice has room for a few sentences. */
const MOST_TOLD = 3;

/** Takes what the system gives the app to open to where a drop of it would go, from now on until the answer is called. */
export function followGiven(app: App, desktop: Desktop): () => void {
  let taking: Promise<void> = Promise.resolve();
  const take = () => {
    // One after the other, so that files keep their order.
    taking = taking
      .then(() => takeAll(app, desktop))
      .catch((error: unknown) => useNotices.getState().show(toErrorMessage(error).message));
  };
  take();
  return desktop.onGiven(take);
}

interface Taken {
  pictures: number;
  readonly modelFiles: File[];
  hasCheckpoint: boolean;
  readonly recipes: File[];
  readonly problems: string[];
}

async function takeAll(app: App, desktop: Desktop): Promise<void> {
  const taken: Taken = { pictures: 0, modelFiles: [], hasCheckpoint: false, recipes: [], problems: [] };
  for (let more = true; more; ) {
    const portion = await desktop.takeGiven();
    more = portion.more;
    taken.problems.push(...portion.problems);
    for (let at = 0; at < portion.files.length; at += AT_ONCE)
      await takeSome(taken, portion.files.slice(at, at + AT_ONCE));
  }
  const { pictures, modelFiles, hasCheckpoint, recipes, problems } = taken;
  if (modelFiles.length > 0 || recipes.length > 0)
    await takeCollected(app, { images: [], modelFiles, hasCheckpoint, recipes, skipped: 0 }, pictures);
  if (problems.length > 0) useNotices.getState().show(problemsText(problems));
}

async function takeSome(taken: Taken, files: readonly GivenFile[]): Promise<void> {
  const sorted = await Promise.all(
    files.map((file) => sort(file).catch((): Sorted => ({ kind: 'unreadable', name: file.name }))),
  );
  const images: NewImage[] = [];
  for (const each of sorted) {
    if (each.kind === 'picture') images.push(each.image);
    else if (each.kind === 'recipe') taken.recipes.push(each.file);
    else if (each.kind === 'unreadable') taken.problems.push(`${each.name}: it could not be read.`);
    else {
      taken.modelFiles.push(each.file);
      taken.hasCheckpoint ||= each.kind === 'checkpoint';
    }
  }
  if (images.length === 0) return;
  if (taken.pictures === 0) {
    useScreen.getState().showPicture();
    showTray();
  }
  useImages.getState().add(images, taken.pictures > 0);
  taken.pictures += images.length;
}

type Sorted =
  | { readonly kind: 'picture'; readonly image: NewImage }
  | { readonly kind: 'checkpoint' | 'companion' | 'recipe'; readonly file: File }
  | { readonly kind: 'unreadable'; readonly name: string };

/** By its name, and where that says too little by how it begins. A checkpoint is not read: the library has it from the disk. */
async function sort(given: GivenFile): Promise<Sorted> {
  const { id, name, path, inFolder } = given;
  const named = inFolder ? 'picture' : kindOfName(name);
  const checkpoint = (): Sorted => ({ kind: 'checkpoint', file: standFor(new File([], name), id) });
  if (named === 'checkpoint') return checkpoint();
  if (named === 'unknown' && (await beginsAsCheckpoint(await read(given, HEAD_BYTES)))) return checkpoint();
  const file = await read(given);
  if (named === 'recipe' || (named === 'companion' && (await beginsAsRecipe(file)))) return { kind: 'recipe', file };
  if (named === 'companion') return { kind: 'companion', file: standFor(file, id) };
  return { kind: 'picture', image: { name, path, file } };
}

/** @param bytes no more than these, from the beginning */
async function read({ url, name }: GivenFile, bytes?: number): Promise<File> {
  const response = await fetch(url, bytes === undefined ? {} : { headers: { Range: `bytes=0-${bytes - 1}` } });
  // 416: an empty file has no first byte.
  if (!response.ok && response.status !== 416) throw new Error(`${name}: status ${response.status}`);
  const blob = response.ok ? await response.blob() : new Blob([]);
  return new File([blob], name, { type: blob.type });
}

function problemsText(problems: readonly string[]): string {
  const others = problems.length - MOST_TOLD;
  const told = problems.slice(0, MOST_TOLD).join(' ');
  return others > 0 ? `${told} And ${others} more could not be opened.` : told;
}
