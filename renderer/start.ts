import { CancelledError, toErrorMessage } from '../models/errors.ts';
import type { Engine } from './engine/engine.ts';
import type { DevicePreference } from './engine/protocol.ts';
import { type AnalysisQueue, startAnalysisQueue } from './pipeline/analysis-queue.ts';
import { startFollowingRows } from './pipeline/follow-rows.ts';
import type { SampleEntry, Shell, ShellVersions } from './shell/shell.ts';
import { noteEngineState, useEngine } from './stores/engine.ts';
import { useImages } from './stores/images.ts';
import { modelRef, useModel } from './stores/model.ts';
import { useNotices } from './stores/notices.ts';
import { rememberSettings, useSettings } from './stores/settings.ts';
import { useView } from './stores/view.ts';

/** What the screens can ask for. They read everything else from the stores. */
export interface App {
  readonly shell: Shell;
  readonly versions: ShellVersions;
  readonly samples: readonly SampleEntry[];
  readonly queue: AnalysisQueue;
  readonly chooseDevice: (preference: DevicePreference) => Promise<void>;
  readonly chooseModel: (id: string) => Promise<void>;
  /** Carries the current model's loading out again after an error. */
  readonly retryModel: () => Promise<void>;
}

/** Connects the machine to the stores. Rejects only where the shell cannot be reached at all. */
export async function startApp(shell: Shell): Promise<App> {
  const engine = shell.engine();
  engine.onState(noteEngineState);

  const [versions, entries, samples] = await Promise.all([shell.versions(), shell.models(), shell.samples()]);
  const flush = await rememberSettings(shell, (error) => {
    useNotices.getState().show(`The settings could not be written: ${toErrorMessage(error).message}`);
  });
  addEventListener('pagehide', flush);

  useModel.setState({ entries });
  const queue = startAnalysisQueue(engine);
  startFollowingRows(engine, queue.refresh);
  useImages.subscribe(({ selected }, before) => {
    if (selected !== before.selected) useView.getState().forgetPoints();
  });

  const loader = modelLoader(engine);
  const currentId = () => useSettings.getState().modelId;

  const configure = async (preference: DevicePreference) => {
    useEngine.setState({ configuring: true });
    try {
      useEngine.setState({ device: await engine.call('configure', { preference, threads: null }) });
    } catch (error) {
      useNotices.getState().show(toErrorMessage(error).message);
    } finally {
      useEngine.setState({ configuring: false });
    }
  };

  const chooseDevice = async (preference: DevicePreference) => {
    useSettings.getState().update({ device: preference });
    await configure(preference);
    await loader.load(currentId());
    const { selected } = useImages.getState();
    if (selected) queue.requeue(selected);
  };

  const chooseModel = async (id: string) => {
    useSettings.getState().update({ modelId: id });
    queue.requeueAll();
    await loader.load(id);
  };

  void configure(useSettings.getState().device).then(() => loader.load(currentId()));

  return { shell, versions, samples, queue, chooseDevice, chooseModel, retryModel: () => loader.load(currentId()) };
}

/** Loads one model at a time; a newer choice withdraws the older. */
function modelLoader(engine: Engine) {
  let latest: AbortController | null = null;
  return {
    async load(id: string): Promise<void> {
      const { entries } = useModel.getState();
      // A model that is no longer offered gives way to the first.
      const entry = entries.find((candidate) => candidate.id === id) ?? entries[0];
      latest?.abort();
      if (!entry) return useModel.setState({ state: { kind: 'none' } });
      const controller = new AbortController();
      latest = controller;
      useModel.setState({ state: { kind: 'loading', entry, progress: null } });
      try {
        const report = await engine.call('prepare', modelRef(entry), {
          signal: controller.signal,
          onProgress: (progress) => {
            if (latest === controller) useModel.setState({ state: { kind: 'loading', entry, progress } });
          },
        });
        if (latest !== controller) return;
        useView.getState().setStages(report.stages);
        useModel.setState({ state: { kind: 'ready', entry, report } });
      } catch (error) {
        if (latest !== controller || error instanceof CancelledError) return;
        useModel.setState({ state: { kind: 'error', entry, error: toErrorMessage(error) } });
      }
    },
  };
}
