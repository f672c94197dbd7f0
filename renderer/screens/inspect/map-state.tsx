import { CircleAlert, RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { type MapPlaceState, useMaps } from '../../stores/maps.ts';
import { titleOf, useModel } from '../../stores/model.ts';
import { useView } from '../../stores/view.ts';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../frame/app-context.ts';
import { noteText } from './map-words.ts';
import { Working } from './picture-state.tsx';
import { useTardyMap } from './use-tardy.ts';
import { progressShare, progressText } from './words.ts';

/** Where the large map would stand while there is none: its progress, what went wrong, or why there is none. */
export function MapState({ stageCount }: { readonly stageCount: number }) {
  const { studies } = useApp();
  const title = useModel(({ state }) => titleOf(state) ?? 'the model');
  const note = useMaps((maps) => maps.large.note);
  const stage = useView((state) => state.stage);
  const tardy = useTardyMap();
  const work = useMaps((maps) => worthTelling(maps.large.work, tardy));

  if (work?.state.kind === 'working') {
    const { progress } = work.state;
    return (
      <Presses>
        <Working text={progress ? progressText(progress, title) : 'Computing the map…'} share={progressShare(progress)}>
          <Button onClick={() => studies.cancel(work.call, work.at)}>Cancel</Button>
        </Working>
      </Presses>
    );
  }
  if (work?.state.kind === 'failed' || work?.state.kind === 'stopped') {
    const failed = work.state.kind === 'failed' ? work.state.error : null;
    return (
      <Presses>
        <div className="map-note" data-tone={failed ? 'danger' : undefined} role={failed ? 'alert' : undefined}>
          {failed && <CircleAlert size={16} aria-hidden />}
          <span className="selectable">{failed ? failed.message : 'The map was not computed.'}</span>
          <Button icon={RotateCcw} onClick={() => studies.retry(work.call, work.at)}>
            {failed ? 'Try again' : 'Compute it'}
          </Button>
        </div>
      </Presses>
    );
  }
  if (note === 'not-the-last-stage')
    return (
      <Presses>
        <div className="map-note">
          <span>{noteText(note, stage, stageCount)}</span>
          <Button onClick={() => useView.getState().setStage(stageCount - 1)}>Show stage {stageCount}</Button>
        </div>
      </Presses>
    );
  return null;
}

/** A pointer's every step is work that begins and is done. */
function worthTelling(work: MapPlaceState['work'], tardy: boolean): MapPlaceState['work'] {
  switch (work?.state.kind) {
    case 'working':
      return tardy ? work : null;
    case 'failed':
    case 'stopped':
      return work;
    default:
      return null;
  }
}

/** Presses on what stands over the picture are not presses on the picture. */
function Presses({ children }: { readonly children: ReactNode }) {
  const stop = (event: { stopPropagation: () => void }) => event.stopPropagation();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: stops events, has no behaviour of its own
    // biome-ignore lint/a11y/useKeyWithClickEvents: likewise
    <div onPointerDown={stop} onMouseDown={stop} onClick={stop}>
      {children}
    </div>
  );
}
