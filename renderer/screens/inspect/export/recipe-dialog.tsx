import { CircleAlert, CircleCheck, FolderInput, ImagePlus } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Recipe } from '../../../../models/recipe/recipe.ts';
import { entryById, useLibrary } from '../../../stores/library.ts';
import { type RecipePart, useRecipe } from '../../../stores/recipes.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { megabytes } from '../../../ui/format.ts';
import { useApp } from '../../frame/app-context.ts';
import { chooseModelFiles } from '../../frame/take-files.ts';
import { Standing } from '../../models/standing.tsx';
import { choosePictures } from '../add-pictures.ts';
import './recipe-dialog.css';

/** What a recipe still needs, or what is not what it was; goes on by itself when that has come. */
export function RecipeDialog() {
  const { recipes } = useApp();
  const state = useRecipe((store) => store.state);
  return (
    <Dialog title="Open a recipe" open={state.kind === 'asking'} onOpenChange={(open) => !open && recipes.cancel()}>
      {state.kind === 'asking' && <Asking {...state} />}
    </Dialog>
  );
}

interface AskingProps {
  readonly name: string;
  readonly recipe: Recipe;
  readonly picture: RecipePart;
  readonly model: RecipePart;
}

function Asking({ name, recipe, picture, model }: AskingProps) {
  const { recipes } = useApp();
  const canGoOn = picture.kind !== 'missing' && model.kind !== 'missing';
  return (
    <div className="recipe">
      <p className="quiet">{name}</p>
      <PicturePart recipe={recipe} part={picture} />
      <ModelPart recipe={recipe} part={model} />
      <div className="recipe-end">
        {canGoOn && (
          <Button variant="primary" onClick={() => void recipes.openAnyway()}>
            Open anyway
          </Button>
        )}
        <Button onClick={recipes.cancel}>Cancel</Button>
      </div>
    </div>
  );
}

function PicturePart({ recipe: { picture }, part }: { readonly recipe: Recipe; readonly part: RecipePart }) {
  return (
    <Part title={picture.name} isFound={part.kind === 'found'}>
      <p>{pictureText(picture, part)}</p>
      {part.kind !== 'found' && (
        <div className="recipe-ways">
          <Button icon={ImagePlus} onClick={() => choosePictures('files')}>
            Choose the picture…
          </Button>
        </div>
      )}
    </Part>
  );
}

function pictureText({ width, height, bytes }: Recipe['picture'], part: RecipePart): string {
  switch (part.kind) {
    case 'found':
      return 'Here, and the very same file.';
    case 'differs':
      return `The picture of this name in the tray is another file: ${part.difference}.`;
    case 'missing':
      return `Not in the tray. It has ${width}×${height} pixels and ${bytes} bytes: choose it, or drop it on the window.`;
  }
}

function ModelPart({ recipe: { model }, part }: { readonly recipe: Recipe; readonly part: RecipePart }) {
  const app = useApp();
  const entry = useLibrary((store) => (part.id === null ? null : entryById(store.snapshot, part.id)));
  const isKnown = part.kind === 'missing' && entry !== null;
  return (
    <Part title={model.title || model.id} isFound={part.kind === 'found'}>
      <p>{modelText(model, part, isKnown)}</p>
      {isKnown && <Standing entry={entry} />}
      {part.kind !== 'found' && (
        <div className="recipe-ways">
          {isKnown && entry.kind !== 'imported' && entry.state.kind === 'available' && (
            <Button variant="primary" onClick={() => void app.library.download(entry.id)}>
              Download{entry.size === null ? '' : ` ${megabytes(entry.size)}`}
            </Button>
          )}
          {!isKnown && (
            <Button icon={FolderInput} onClick={() => chooseModelFiles(app)}>
              Import the checkpoint…
            </Button>
          )}
        </div>
      )}
    </Part>
  );
}

function modelText({ id, checkpoint }: Recipe['model'], part: RecipePart, isKnown: boolean): string {
  const sum = checkpoint.sha256 ? `, SHA-256 ${checkpoint.sha256.slice(0, 12)}…` : '';
  switch (part.kind) {
    case 'found':
      return 'On this machine, with the very same checkpoint.';
    case 'differs':
      return `The checkpoint of this model here is another: ${part.difference}.`;
    case 'missing':
      return isKnown
        ? `${id} is not on this machine.`
        : `${id} is not on this machine, and no catalog has it. Import the checkpoint it was made with (${checkpoint.bytes} bytes${sum}).`;
  }
}

interface PartProps {
  readonly title: string;
  readonly isFound: boolean;
  readonly children: ReactNode;
}

function Part({ title, isFound, children }: PartProps) {
  return (
    <section className="recipe-part" data-found={isFound || undefined}>
      {isFound ? <CircleCheck size={16} aria-hidden /> : <CircleAlert size={16} aria-hidden />}
      <div>
        <h3 className="selectable">{title}</h3>
        {children}
      </div>
    </section>
  );
}
