import { faithfulnessRuns } from '../../../../models/attention/faithfulness.ts';
import { CancelledError, toErrorMessage } from '../../../../models/errors.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { ModelRef, PictureRef } from '../../../engine/protocol.ts';
import { currentSubject } from '../../../pipeline/subject.ts';
import { useImages } from '../../../stores/images.ts';
import { useModel } from '../../../stores/model.ts';
import { putTest, type TestEffort, type TestedCells, testKey, useTests } from './tests.ts';

/** The network and the picture that a map is tested on: those that the map was made with. */
export interface TestSubject {
  readonly model: ModelRef;
  readonly picture: PictureRef;
}

export interface MapTests {
  /** Tests a map for a class; one that is under way is withdrawn. Settles when it is over, whichever way. */
  readonly start: (subject: TestSubject, cells: TestedCells, classIndex: number, effort: TestEffort) => Promise<void>;
  readonly cancel: () => void;
}

/** The same for every test, so that a result can be had again. */
const SEED = 210_315_808;

/** Tests of maps by the engine; results are let go of with the picture, model or input size that they are about. */
export function startMapTests(engine: Engine): MapTests {
  let flight: AbortController | null = null;
  const cancel = () => {
    flight?.abort();
    flight = null;
    const { running, tests } = useTests.getState();
    useTests.setState({ running: null });
    if (running && tests.get(running)?.kind === 'running') putTest(running, null);
  };

  let about = subjectKey();
  const forgetOthers = () => {
    const now = subjectKey();
    if (now === about) return;
    about = now;
    cancel();
    useTests.setState({ tests: new Map() });
  };
  useImages.subscribe(forgetOthers);
  useModel.subscribe(forgetOthers);

  return {
    start: async ({ model, picture }, cells, classIndex, effort) => {
      cancel();
      const key = testKey(classIndex, cells);
      const plan = { ...cells, classIndex, ...effort, seed: SEED };
      const mine = new AbortController();
      flight = mine;
      const total = faithfulnessRuns(plan);
      useTests.setState({ running: key });
      putTest(key, { kind: 'running', effort, done: 0, total });
      const settle = (test: Parameters<typeof putTest>[1]) => {
        if (flight !== mine) return;
        flight = null;
        useTests.setState({ running: null });
        putTest(key, test);
      };
      try {
        const curves = await engine.call(
          'faithfulness',
          { model, picture, plan },
          {
            signal: mine.signal,
            onProgress: (progress) => {
              if (flight === mine && progress.phase === 'studying')
                putTest(key, { kind: 'running', effort, done: progress.done, total: progress.total });
            },
          },
        );
        settle({ kind: 'done', effort, curves });
      } catch (error) {
        settle(error instanceof CancelledError ? null : { kind: 'failed', error: toErrorMessage(error) });
      }
    },
    cancel,
  };
}

function subjectKey(): string {
  const { image, report, window } = currentSubject();
  return `${image?.id} ${report?.id} ${JSON.stringify(window)}`;
}
