import { writeNpy } from '../../../../models/bytes/npy.ts';
import { toErrorMessage } from '../../../../models/errors.ts';
import { writeRecipe } from '../../../../models/recipe/recipe.ts';
import { figurePng } from '../../../pipeline/export-image.ts';
import { copyPng, copyText, saveFile } from '../../../pipeline/export-save.ts';
import type { App } from '../../../start.ts';
import { useExporting } from '../../../stores/exporting.ts';
import { useNotices } from '../../../stores/notices.ts';
import { useSettings } from '../../../stores/settings.ts';
import { arrayOf } from './array-of.ts';
import { exportName } from './export-names.ts';
import { type Exported, exportedMap, exportedNow, figureOf } from './figure-of.ts';
import { recipeOf } from './recipe-of.ts';

/** What can be taken away. Nothing here rejects: how it went is told in the menu, or where that is closed in a notice. */
export interface Exports {
  readonly copyFigure: () => Promise<void>;
  readonly savePng: () => Promise<void>;
  readonly saveSvg: () => Promise<void>;
  readonly saveArray: () => Promise<void>;
  readonly saveRecipe: () => Promise<void>;
  readonly copyRecipe: () => Promise<void>;
}

/** An SVG's images are drawn as for a sharp screen. */
const SVG_DENSITY = 2;

export function exportsOf({ shell, versions }: Pick<App, 'shell' | 'versions'>): Exports {
  const saved = (name: string, what: string) =>
    shell.kind === 'electron'
      ? `${name} (${what}): saved where you choose.`
      : `Saved ${name} (${what}) to your downloads.`;

  return {
    copyFigure: () =>
      carryOut(async (exported) => {
        const { figure } = useSettings.getState();
        let size = '';
        const png = figureOf(exported, figure, figure.scale).then(async (drawn) => {
          size = `${drawn.width * figure.scale}×${drawn.height * figure.scale}`;
          return figurePng(drawn, figure.scale);
        });
        await copyPng(png);
        return `Copied the figure, ${size} pixels.`;
      }),
    savePng: () =>
      carryOut(async (exported) => {
        const { figure } = useSettings.getState();
        const drawn = await figureOf(exported, figure, figure.scale);
        const name = `${nameOf(exported)}.png`;
        saveFile(name, await figurePng(drawn, figure.scale));
        return saved(name, `${drawn.width * figure.scale}×${drawn.height * figure.scale} pixels`);
      }),
    saveSvg: () =>
      carryOut(async (exported) => {
        const { svg } = await figureOf(exported, useSettings.getState().figure, SVG_DENSITY);
        const name = `${nameOf(exported)}.svg`;
        saveFile(name, new Blob([svg], { type: 'image/svg+xml' }));
        return saved(name, 'SVG');
      }),
    saveArray: () =>
      carryOut(async (exported) => {
        const { values, shape } = arrayOf(exported);
        const name = `${nameOf(exported)}.npy`;
        saveFile(name, new Blob([writeNpy(values, shape)]));
        return saved(name, `float32 [${shape.join(', ')}]`);
      }),
    saveRecipe: () =>
      carryOut(async (exported) => {
        const name = `${nameOf(exported)}.recipe.json`;
        const text = writeRecipe(await recipeOf(exported, versions.app));
        saveFile(name, new Blob([text], { type: 'application/json' }));
        return saved(name, 'recipe');
      }),
    copyRecipe: () =>
      carryOut(async (exported) => {
        await copyText(writeRecipe(await recipeOf(exported, versions.app)));
        return 'Copied the recipe.';
      }),
  };
}

function nameOf(exported: Exported): string {
  const { image, entry, atlas } = exported;
  const map = exportedMap(exported);
  const named = atlas ? { ...map, block: null, head: null } : map;
  const name = exportName(image.name, named, (index) => entry.labels[index] ?? `class-${index}`);
  return atlas ? `${name}.atlas` : name;
}

async function carryOut(work: (exported: Exported) => Promise<string>): Promise<void> {
  if (useExporting.getState().busy) return;
  const exported = exportedNow();
  useExporting.setState({ busy: true, outcome: null });
  try {
    if (!exported) throw new Error('There is no map to take away yet. Wait until it is drawn.');
    tell('done', await work(exported));
  } catch (error) {
    tell('failed', toErrorMessage(error).message);
  } finally {
    useExporting.setState({ busy: false });
  }
}

function tell(tone: 'done' | 'failed', text: string): void {
  if (useExporting.getState().open) useExporting.setState({ outcome: { tone, text } });
  else useNotices.getState().show(text);
}
