import { useMemo } from 'react';
import type { ErrorMessage } from '../../../../models/errors.ts';
import type { Analysis, EngineProgress } from '../../../engine/protocol.ts';
import { type Study, type StudyCall, studyAt, useStudies } from '../../../stores/studies.ts';
import { useView } from '../../../stores/view.ts';
import { type AtlasEntry, type AtlasSource, atlasEntries } from './atlas-maps.ts';

/** Why the view has no maps by head. */
export type NoAtlas = 'rollout' | 'projection' | 'column' | 'not-the-last-stage';

export interface AtlasWork {
  readonly call: StudyCall;
  readonly at: number;
  readonly progress: EngineProgress | null;
  /** As performance.now() has it. */
  readonly since: number;
}

export interface AtlasStop {
  readonly call: StudyCall;
  readonly at: number;
  readonly error: ErrorMessage | null;
}

export interface Atlas {
  readonly none: NoAtlas | null;
  /** Empty until the engine has answered. */
  readonly entries: readonly AtlasEntry[];
  /** What the engine is doing for it. */
  readonly work: readonly AtlasWork[];
  /** What it does not do any more: the user stopped it, or it failed. */
  readonly stopped: readonly AtlasStop[];
}

/** The maps of all heads of the chosen stage, as far as the engine has answered. */
export function useAtlas(analysis: Analysis): Atlas {
  const stage = useView((state) => state.stage);
  const view = useView((state) => state.view);
  const direction = useView((state) => state.direction);
  const rows = useStudies((studies) => studyAt(studies, 'stageRows', 0));
  const statisticsStudy = useStudies((studies) => studyAt(studies, 'statistics', stage));
  const attribution = useStudies((studies) => studyAt(studies, 'attribution', 0));
  const report = analysis.stages[stage]!;

  const none = noAtlas(view, direction, stage === analysis.stages.length - 1);
  const received = view === 'received' || (view === 'cls' && report.grids.cls === 0);
  const { runId } = analysis;
  const statistics = statisticsStudy.answered?.argument.runId === runId ? statisticsStudy.answered.answer : null;

  const source = useMemo((): AtlasSource | null => {
    if (none) return null;
    if (received) return statistics && { kind: 'received', statistics };
    if (view === 'attribution') {
      const answered = attribution.answered?.argument.runId === runId ? attribution.answered.answer : null;
      const [target, contrast] = answered ?? [];
      return target ? { kind: 'attribution', target, contrast: contrast ?? null } : null;
    }
    const { argument, answer } = rows.answered ?? {};
    if (!argument || !answer || argument.runId !== runId || argument.stage !== stage) return null;
    // The class token's row is not a pixel's, nor the other way round.
    const ofCls = report.grids.cls === 1 && argument.query === 0;
    return ofCls === (view === 'cls') ? { kind: 'rows', query: argument.query, values: answer } : null;
  }, [none, received, view, statistics, attribution.answered, rows.answered, runId, stage, report]);

  const entries = useMemo(
    () => (source ? atlasEntries(stage, report, source, statistics) : []),
    [source, stage, report, statistics],
  );

  if (none) return { none, entries, work: [], stopped: [] };
  const needed = [
    { call: 'statistics', at: stage, study: statisticsStudy },
    ...(received ? [] : [view === 'attribution' ? attributionPart(attribution) : rowsPart(rows)]),
  ] as const;
  return {
    none,
    entries,
    work: needed.flatMap(({ call, at, study: { state } }) =>
      state.kind === 'working' ? [{ call, at, progress: state.progress, since: state.since }] : [],
    ),
    stopped: needed.flatMap(({ call, at, study: { state } }): readonly AtlasStop[] => {
      if (state.kind === 'failed') return [{ call, at, error: state.error }];
      return state.kind === 'stopped' ? [{ call, at, error: null }] : [];
    }),
  };
}

function attributionPart(study: Study<'attribution'>) {
  return { call: 'attribution', at: 0, study } as const;
}

function rowsPart(study: Study<'stageRows'>) {
  return { call: 'stageRows', at: 0, study } as const;
}

function noAtlas(view: string, direction: string, isLast: boolean): NoAtlas | null {
  if (view === 'rollout' || view === 'projection') return view;
  if (view === 'query' && direction === 'attended') return 'column';
  return view === 'attribution' && !isLast ? 'not-the-last-stage' : null;
}
