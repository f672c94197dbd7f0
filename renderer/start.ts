import { toErrorMessage } from '../models/errors.ts';
import type { Precision } from '../models/precision/precision.ts';
import { type Comparing, startComparing } from './compare/start-comparing.ts';
import { logEngine, logFaults } from './diagnostics/keep-log.ts';
import type { DevicePreference, Provider } from './engine/protocol.ts';
import { EvaluationDatabase } from './evaluate/evaluation-database.ts';
import { type EvaluationFlow, evaluationFlow } from './evaluate/evaluation-flow.ts';
import { LockTurns } from './evaluate/turns.ts';
import { type ImportFlow, importFlow } from './library/import-flow.ts';
import { type LibraryActions, libraryActions } from './library/library-actions.ts';
import { startModelLoader } from './library/model-loader.ts';
import { watchDownloads } from './library/watch-downloads.ts';
import { type AnalysisQueue, startAnalysisQueue } from './pipeline/analysis-queue.ts';
import { startShowingMaps } from './pipeline/follow-maps.ts';
import { type FollowedStudies, startFollowingStudies } from './pipeline/follow-studies.ts';
import { type InputActions, inputActions } from './pipeline/input-actions.ts';
import { type RecipeFlow, recipeFlow } from './pipeline/recipe-flow.ts';
import type { Journal } from './results/journal.ts';
import { type Thumbnails, thumbnails } from './results/thumbnails.ts';
import { type MapTests, startMapTests } from './screens/inspect/faithfulness/run-tests.ts';
import { parseSettingsChange } from './shell/settings.ts';
import type { SampleEntry, Shell, ShellVersions } from './shell/shell.ts';
import { type ConvertedFiles, convertedFiles } from './storage/converted-files.ts';
import { resultsJournal } from './storage/results-journal.ts';
import { noteEngineState, useEngine } from './stores/engine.ts';
import { useImages } from './stores/images.ts';
import { useLibrary } from './stores/library.ts';
import { useModel } from './stores/model.ts';
import { useNotices } from './stores/notices.ts';
import { useOverview } from './stores/overview.ts';
import { useRecents } from './stores/recents.ts';
import { useSession } from './stores/session.ts';
import { rememberSettings, useSettings } from './stores/settings.ts';
import { useView } from './stores/view.ts';

/** What the screens can ask for. They read everything else from the stores. */
export interface App {
  readonly shell: Shell;
  readonly versions: ShellVersions;
  readonly samples: readonly SampleEntry[];
  readonly queue: AnalysisQueue;
  /** Results that survive the session. */
  readonly journal: Journal;
  readonly thumbnails: Thumbnails;
  readonly input: InputActions;
  readonly studies: FollowedStudies;
  readonly tests: MapTests;
  readonly library: LibraryActions;
  readonly imports: ImportFlow;
  readonly recipes: RecipeFlow;
  readonly compare: Comparing;
  readonly evaluations: EvaluationFlow;
  readonly chooseDevice: (preference: DevicePreference) => Promise<void>;
  /** On a device of that kind, for every model; what was computed in another goes at once. */
  readonly choosePrecision: (provider: Provider, precision: Precision) => Promise<void>;
  /** Converted weights that are kept here; null where nothing can be. */
  readonly converted: ConvertedFiles | null;
  /** Makes a model the one that pictures are shown to, whether it is on this machine yet or not. */
  readonly chooseModel: (id: string) => Promise<void>;
  /** Carries the current model's loading out again after an error. */
  readonly retryModel: () => Promise<void>;
  /** Ends the loading of the current model. */
  readonly stopModel: () => void;
}

/** Connects the machine to the stores. Rejects only where the shell cannot be reached at all. */
export async function startApp(shell: Shell): Promise<App> {
  const engine = shell.engine();
  engine.onState(noteEngineState);
  engine.onState(logEngine(shell));
  logFaults(shell);
  if (shell.desktop) {
    const { recents } = shell.desktop;
    recents.follow((files) => useRecents.setState({ files }));
    useRecents.setState({ note: recents.note });
  }

  const [versions, shipped, samples] = await Promise.all([shell.versions(), shell.models(), shell.samples()]);
  const flush = await rememberSettings(shell, (error) => {
    useNotices.getState().show(`The settings could not be written: ${toErrorMessage(error).message}`);
  });
  addEventListener('pagehide', flush);

  useModel.setState({ shipped });
  const journal = resultsJournal();
  const { began } = useSession.getState();
  const queue = startAnalysisQueue(engine, journal, began);
  // A browser that keeps nothing has nothing to offer; that it keeps nothing is said when there is something to keep.
  void journal.lastSession(began).then(
    (earlier) => useOverview.setState({ earlier }),
    () => {},
  );
  const tests = startMapTests(engine);
  const studies = startFollowingStudies(engine, queue.refresh);
  startShowingMaps();
  useView.getState().setRange(useSettings.getState().overlay.range);
  useView.subscribe(({ range }, before) => {
    if (range !== before.range && range !== 'locked') useSettings.getState().updateOverlay({ range });
  });
  useImages.subscribe(({ selected }, before) => {
    if (selected !== before.selected) useView.getState().forgetPoints();
  });

  const library = shell.library();
  const storage: StorageManager | undefined = navigator.storage;
  const converted = storage ? convertedFiles(storage) : null;
  library.subscribe((snapshot) => useLibrary.setState({ snapshot }));
  const loader = startModelLoader(engine, library);
  const compare = startComparing(engine, library);
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

  const choosePrecision = async (provider: Provider, precision: Precision) => {
    const { precision: chosen } = useSettings.getState();
    // Read as settings are, so that no device is asked for what is another's.
    useSettings.getState().update(parseSettingsChange({ precision: { ...chosen, [provider]: precision } }));
    const loaded = loader.load(currentId());
    queue.requeueAll();
    await loaded;
  };

  const chooseModel = async (id: string) => {
    if (id !== currentId()) {
      useSettings.getState().update({ modelId: id });
      // The other model has other classes.
      useView.getState().forgetClasses();
    }
    const loaded = loader.load(id);
    queue.requeueAll();
    await loaded;
  };
  watchDownloads((id) => void chooseModel(id));

  void configure(useSettings.getState().device).then(() => loader.load(currentId()));

  const input = inputActions(queue);
  return {
    shell,
    versions,
    samples,
    queue,
    journal,
    thumbnails: thumbnails(journal),
    input,
    studies,
    tests,
    library: libraryActions(library, converted),
    imports: importFlow(library),
    compare,
    evaluations: evaluationFlow({
      engine,
      library,
      database: new EvaluationDatabase(),
      turns: new LockTurns(navigator.locks),
      version: versions.app,
    }),
    recipes: recipeFlow({ chooseModel, input, samples }),
    chooseDevice,
    choosePrecision,
    converted,
    chooseModel,
    retryModel: () => loader.load(currentId()),
    stopModel: loader.stop,
  };
}
