import { useMemo } from 'react';
import { stepShown } from '../../results/shown-rows.ts';
import type { App } from '../../start.ts';
import { useCamera } from '../../stores/camera.ts';
import { useExporting } from '../../stores/exporting.ts';
import { selectedImage, useImages } from '../../stores/images.ts';
import { useOverlay } from '../../stores/overlay.ts';
import { useOverview } from '../../stores/overview.ts';
import { type ScreenName, useScreen } from '../../stores/screen.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView } from '../../stores/view.ts';
import { COMPARE_KEY, compareActions } from '../compare/compare-actions.ts';
import { EVALUATE_KEY } from '../evaluate/words.ts';
import { addSamples, choosePictures } from '../inspect/add-pictures.ts';
import { exportsOf } from '../inspect/export/export-actions.ts';
import { EXPORT_KEY } from '../inspect/export/export-menu.tsx';
import { inputCommands } from '../inspect/input-size/input-commands.ts';
import { overviewActions } from '../inspect/many/overview-actions.ts';
import { removeAllPictures, removePictures, undoRemoving } from '../inspect/remove-pictures.ts';
import { useApp } from './app-context.ts';
import { helpActions } from './help-actions.ts';
import { mapActions } from './map-actions.ts';
import { chooseModelFiles, chooseRecipe } from './take-files.ts';

export type ActionGroup = 'Map' | 'View' | 'Look' | 'Picture' | 'Export' | 'Tray' | 'App';

/** Something the user can do, by key, from the palette, or both. */
export interface Action {
  readonly id: string;
  readonly title: string;
  readonly group: ActionGroup;
  /** Chords that run it, as `[` or `mod+k` (mod: ⌘ on a Mac, Ctrl elsewhere). */
  readonly keys: readonly string[];
  readonly run: () => void;
}

/** What the table depends on besides the app. */
export interface Situation {
  readonly screen: ScreenName;
  /** Whether Inspect shows the overview of all pictures. */
  readonly overview: boolean;
  readonly stageCount: number;
}

/** Every action, in the order in which lists show them. One table for keys, palette, menus and help. */
export function actionTable(app: App, { screen, overview, stageCount }: Situation): readonly Action[] {
  const { show } = useOverlay.getState();
  return [
    // What nobody sees is not changed by a key.
    ...(screen === 'inspect'
      ? [
          ...(overview
            ? inputCommands(app)
            : [...mapActions(stageCount), ...pictureActions(), ...inputCommands(app), ...exportActions(app)]),
          ...trayActions(app),
          ...overviewActions(app, overview),
        ]
      : []),
    ...(screen === 'compare' ? [...compareActions(), ...trayActions(app)] : []),
    // These bring their screen with them.
    ...(screen === 'inspect' || screen === 'compare' ? [] : openActions()),
    ...appActions(app),
    ...helpActions(app),
    { id: 'palette', title: 'Search everything', group: 'App', keys: ['mod+k'], run: () => show('palette') },
    { id: 'shortcuts', title: 'Keyboard shortcuts', group: 'App', keys: ['?'], run: () => show('shortcuts') },
  ];
}

export function useActions(): readonly Action[] {
  const app = useApp();
  const stageCount = useView((state) => state.stages.length);
  const screen = useScreen((state) => state.screen);
  const overview = useOverview((state) => state.open);
  return useMemo(() => actionTable(app, { screen, overview, stageCount }), [app, stageCount, screen, overview]);
}

function pictureActions(): readonly Action[] {
  const camera = () => useCamera.getState().controls;
  return [
    { id: 'zoom-in', title: 'Zoom in', group: 'Picture', keys: ['+', '='], run: () => camera()?.zoomBy(1.5) },
    { id: 'zoom-out', title: 'Zoom out', group: 'Picture', keys: ['-'], run: () => camera()?.zoomBy(1 / 1.5) },
    { id: 'zoom-fit', title: 'Show the whole picture', group: 'Picture', keys: ['0'], run: () => camera()?.reset() },
  ];
}

function exportActions(app: App): readonly Action[] {
  const exports = exportsOf(app);
  const action = (id: string, title: string, keys: readonly string[], run: () => Promise<void>): Action => {
    return { id, title, group: 'Export', keys, run: () => void run() };
  };
  return [
    {
      id: 'export',
      title: 'Export…',
      group: 'Export',
      keys: [EXPORT_KEY],
      run: () => useExporting.getState().show(true),
    },
    action('export-png', 'Save the figure as PNG', ['mod+s'], exports.savePng),
    action('export-svg', 'Save the figure as SVG', [], exports.saveSvg),
    action('export-copy', 'Copy the figure', [], exports.copyFigure),
    action('export-array', 'Save the map’s values as .npy', [], exports.saveArray),
    action('export-recipe', 'Save a recipe of this view', [], exports.saveRecipe),
    action('export-recipe-copy', 'Copy a recipe of this view', [], exports.copyRecipe),
  ];
}

function trayActions(app: App): readonly Action[] {
  const images = useImages.getState;
  const withSelected = (use: (id: string) => void) => () => {
    const image = selectedImage(images());
    if (image) use(image.id);
  };
  return [
    {
      id: 'next',
      title: 'Next picture',
      group: 'Tray',
      keys: ['ArrowRight', 'ArrowDown'],
      run: () => stepShown(1),
    },
    {
      id: 'back',
      title: 'Previous picture',
      group: 'Tray',
      keys: ['ArrowLeft', 'ArrowUp'],
      run: () => stepShown(-1),
    },
    ...openActions(),
    {
      id: 'samples',
      title: 'Add all sample pictures',
      group: 'Tray',
      keys: [],
      run: () => void addSamples(app.samples),
    },
    { id: 'again', title: 'Analyse this picture again', group: 'Tray', keys: [], run: withSelected(app.queue.requeue) },
    {
      id: 'remove',
      title: 'Remove this picture',
      group: 'Tray',
      keys: ['Delete'],
      run: withSelected((id) => removePictures([id])),
    },
    { id: 'remove-all', title: 'Remove all pictures', group: 'Tray', keys: [], run: removeAllPictures },
    { id: 'undo', title: 'Undo removing', group: 'Tray', keys: ['mod+z'], run: undoRemoving },
  ];
}

function openActions(): readonly Action[] {
  return [
    { id: 'open', title: 'Open pictures…', group: 'Tray', keys: ['mod+o'], run: () => choosePictures('files') },
    { id: 'open-folder', title: 'Open a folder…', group: 'Tray', keys: [], run: () => choosePictures('folder') },
  ];
}

function appActions(app: App): readonly Action[] {
  const theme = (value: 'system' | 'light' | 'dark') => () => useSettings.getState().update({ theme: value });
  const device = (value: 'auto' | 'webgpu' | 'wasm') => () => void app.chooseDevice(value);
  const screen = (name: ScreenName) => () => useScreen.getState().show(name);
  return [
    { id: 'screen-inspect', title: 'Inspect', group: 'App', keys: ['i'], run: screen('inspect') },
    { id: 'screen-compare', title: 'Compare', group: 'App', keys: [COMPARE_KEY], run: screen('compare') },
    { id: 'screen-evaluate', title: 'Evaluate', group: 'App', keys: [EVALUATE_KEY], run: screen('evaluate') },
    { id: 'screen-models', title: 'Models', group: 'App', keys: ['l'], run: screen('models') },
    { id: 'import', title: 'Import a model…', group: 'App', keys: [], run: () => chooseModelFiles(app) },
    { id: 'recipe', title: 'Open a recipe…', group: 'App', keys: [], run: () => chooseRecipe(app) },
    { id: 'theme-system', title: 'Theme: follow the system', group: 'App', keys: [], run: theme('system') },
    { id: 'theme-light', title: 'Theme: light', group: 'App', keys: [], run: theme('light') },
    { id: 'theme-dark', title: 'Theme: dark', group: 'App', keys: [], run: theme('dark') },
    { id: 'device-auto', title: 'Device: choose automatically', group: 'App', keys: [], run: device('auto') },
    { id: 'device-webgpu', title: 'Device: WebGPU', group: 'App', keys: [], run: device('webgpu') },
    { id: 'device-wasm', title: 'Device: CPU', group: 'App', keys: [], run: device('wasm') },
  ];
}
