import type { AttentionMap } from '../../models/attention/attention-map.ts';
import {
  attributionMap,
  columnMap,
  projectionMap,
  receivedByHead,
  receivedMap,
  rolloutPixelMap,
  rolloutStageMap,
  rowMap,
} from '../../models/attention/maps.ts';
import type { TokenPicture } from '../../models/attention/projection-study.ts';
import type { Analysis, StageReport } from '../engine/protocol.ts';
import type { MapNote, MapPlaceState } from '../stores/maps.ts';
import { type Studies, type StudyCall, studyAt } from '../stores/studies.ts';
import type { ViewChoices } from '../stores/view.ts';
import type { Subject } from './subject.ts';
import { type HeadMapKind, kindIn } from './wishes.ts';

/** A map that is there, without its scale. */
export interface FoundMap {
  readonly map: AttentionMap;
  readonly components: TokenPicture | null;
}

/** What stands in one place, before it is known what other maps share its scale. */
export interface FoundPlace {
  readonly found: FoundMap | null;
  readonly work: MapPlaceState['work'];
  readonly note: MapNote | null;
}

export const NOWHERE: FoundPlace = { found: null, work: null, note: null };

/** The map of one stage, out of the analysis or what the engine has answered. */
export function stagePlace(subject: Subject, view: ViewChoices, studies: Studies, stage: number): FoundPlace {
  const { analysis, stages } = subject;
  const report = stages[stage];
  if (!analysis || !report) return NOWHERE;
  switch (view.view) {
    case 'rollout':
      return rolloutPlace(studies, analysis, (rollout) => rolloutStageMap(rollout, stage, report.grids));
    case 'projection':
      return projectionPlace(studies, view, stage);
    case 'attribution':
      if (stage !== stages.length - 1) return { ...NOWHERE, note: 'not-the-last-stage' };
      return attributionPlace(studies, analysis, view, report, stage);
    default:
      return headPlace(kindIn(view, report.grids.cls), studies, analysis, view, report, stage);
  }
}

/** A rollout's last step, over the pixels of the network's input. */
export function pixelsPlace({ analysis }: Subject, studies: Studies): FoundPlace {
  if (!analysis) return NOWHERE;
  const { inputHeight, inputWidth } = analysis.window;
  return rolloutPlace(studies, analysis, (rollout) =>
    rolloutPixelMap(rollout, { rows: inputHeight, cols: inputWidth }),
  );
}

function headPlace(
  kind: HeadMapKind | null,
  studies: Studies,
  analysis: Analysis,
  view: ViewChoices,
  report: StageReport,
  stage: number,
): FoundPlace {
  const { grids } = report;
  const place = { stage, block: view.blocks[stage] ?? report.depth - 1, head: view.heads[stage] ?? null };
  if (kind === 'row' || kind === 'cls') {
    const study = answeredOf(studies, 'row', stage, analysis);
    const isIt =
      study && sameHead(study.argument, place) && (grids.cls === 1 && study.argument.query === 0) === (kind === 'cls');
    const map = isIt ? rowMap(place, grids, study.argument.query, study.answer) : null;
    return { ...foundOf(map), work: workOf(studies, 'row', stage), note: unseen(studies, 'row', stage) };
  }
  if (kind === 'column') {
    const study = answeredOf(studies, 'column', stage, analysis);
    const isIt = study && sameHead(study.argument, place);
    const map = isIt ? columnMap(place, grids, study.argument.key, study.answer) : null;
    return { ...foundOf(map), work: workOf(studies, 'column', stage), note: unseen(studies, 'column', stage) };
  }
  const note = view.view === 'cls' ? 'received-stands-in' : null;
  if (place.head === null) {
    const received = analysis.received[stage]?.[place.block];
    return { ...foundOf(received ? receivedMap(place, grids, received) : null), note };
  }
  const statistics = answeredOf(studies, 'statistics', stage, analysis)?.answer[place.block];
  const map = statistics ? receivedMap(place, grids, receivedByHead(statistics, place.head)) : null;
  return { ...foundOf(map), work: workOf(studies, 'statistics', stage), note };
}

function rolloutPlace(
  studies: Studies,
  analysis: Analysis,
  build: (rollout: NonNullable<ReturnType<typeof answeredOf<'rollout'>>>['answer']) => AttentionMap | null,
): FoundPlace {
  const study = answeredOf(studies, 'rollout', 0, analysis);
  const { wanted } = studyAt(studies, 'rollout', 0);
  // One that starts elsewhere is still the newest there is; one by other weights or from the class token is another map.
  const isIt =
    study && wanted && study.argument.spread === wanted.spread && study.argument.start.kind === wanted.start.kind;
  return {
    ...foundOf(isIt ? build(study.answer) : null),
    work: workOf(studies, 'rollout', 0),
    note: unseen(studies, 'rollout', 0),
  };
}

function attributionPlace(
  studies: Studies,
  analysis: Analysis,
  view: ViewChoices,
  report: StageReport,
  stage: number,
): FoundPlace {
  const study = answeredOf(studies, 'attribution', 0, analysis);
  const [target, contrast] = study?.answer ?? [];
  const block = view.attributionBlock === 'all' ? null : (view.blocks[stage] ?? report.depth - 1);
  const choice = { block, head: view.heads[stage] ?? null };
  const map = target ? attributionMap(stage, report.grids, report.heads, target, contrast ?? null, choice) : null;
  return { ...foundOf(map), work: workOf(studies, 'attribution', 0) };
}

function projectionPlace(studies: Studies, view: ViewChoices, stage: number): FoundPlace {
  const { answered, state } = studyAt(studies, 'projection', stage);
  const work = workOf(studies, 'projection', stage);
  if (!answered || state.kind !== 'done') return { ...NOWHERE, work };
  const { answer, argument } = answered;
  const of = view.projectionOf;
  const tokens = of === 'before' ? answer.before : answer.after[of];
  const map = projectionMap(stage, argument.block, answer, of);
  return { found: { map, components: view.projectionShow === 'components' ? tokens : null }, work, note: null };
}

function foundOf(map: AttentionMap | null): FoundPlace {
  return map ? { ...NOWHERE, found: { map, components: null } } : NOWHERE;
}

function answeredOf<Call extends StudyCall>(studies: Studies, call: Call, at: number, { runId }: Analysis) {
  const { answered } = studyAt(studies, call, at);
  return answered && answered.argument.runId === runId ? answered : null;
}

function workOf(studies: Studies, call: StudyCall, at: number): MapPlaceState['work'] {
  return { call, at, state: studyAt(studies, call, at).state };
}

/** A study that follows a query wants nothing where the network sees nothing. */
function unseen(studies: Studies, call: StudyCall, at: number): MapNote | null {
  return studyAt(studies, call, at).wanted === null ? 'query-unseen' : null;
}

function sameHead(
  a: { readonly block: number; readonly head: number | null },
  b: { readonly block: number; readonly head: number | null },
): boolean {
  return a.block === b.block && a.head === b.head;
}
