import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { titleOf, useModel } from '../../../stores/model.ts';
import { useView } from '../../../stores/view.ts';
import { Button } from '../../../ui/button.tsx';
import { Meter } from '../../../ui/meter.tsx';
import { useApp } from '../../frame/app-context.ts';
import { useTardy } from '../use-tardy.ts';
import { progressShare, progressText } from '../words.ts';
import type { Atlas, NoAtlas } from './use-atlas.ts';

/** What stands in the atlas where it has no maps, or not all of their numbers yet. */
export function AtlasState({ atlas, stageCount }: { readonly atlas: Atlas; readonly stageCount: number }) {
  const { studies } = useApp();
  const title = useModel(({ state }) => titleOf(state) ?? 'the model');
  const { work, stopped } = atlas;
  const [first] = work;
  const tardy = useTardy(first?.since ?? null);
  if (atlas.none) return <None reason={atlas.none} last={stageCount - 1} />;
  if (stopped.length > 0) {
    const error = stopped.find((each) => each.error)?.error ?? null;
    const retry = () => {
      for (const { call, at } of stopped) studies.retry(call, at);
    };
    return (
      <div
        className="working atlas-working"
        role={error ? 'alert' : undefined}
        data-tone={error ? 'danger' : undefined}
      >
        <p className="selectable">{error ? error.message : 'Not all maps were computed.'}</p>
        <Button icon={RotateCcw} onClick={retry}>
          {error ? 'Try again' : 'Compute them'}
        </Button>
      </div>
    );
  }
  if (!first || !tardy) return null;
  const text = first.progress ? progressText(first.progress, title) : 'Computing the maps…';
  const cancel = () => {
    for (const { call, at } of work) studies.cancel(call, at);
  };
  return (
    <div className="working atlas-working" data-testid="atlas-working">
      <div>
        <p>{text}</p>
        <Meter label={text} share={progressShare(first.progress)} />
      </div>
      <Button onClick={cancel}>Cancel</Button>
    </div>
  );
}

function None({ reason, last }: { readonly reason: NoAtlas; readonly last: number }) {
  const { setStage, choose } = useView.getState();
  switch (reason) {
    case 'rollout':
      return (
        <Message action={<CloseButton />}>
          A rollout goes through the mean of all heads and through every block: it has no maps by head.
        </Message>
      );
    case 'projection':
      return (
        <Message action={<CloseButton />}>
          The convolutional projection comes before the heads part: it has no maps by head.
        </Message>
      );
    case 'column':
      return (
        <Message
          action={<Button onClick={() => choose({ direction: 'attends' })}>Show what the query attends to</Button>}
        >
          Who attends to one key is read block by block and head by head: the atlas has the other direction only.
        </Message>
      );
    case 'not-the-last-stage':
      return (
        <Message action={<Button onClick={() => setStage(last)}>Show stage {last + 1}</Button>}>
          Only the heads of the last stage add to a logit.
        </Message>
      );
  }
}

function CloseButton() {
  return <Button onClick={() => useView.getState().choose({ atlas: false })}>Close the atlas</Button>;
}

function Message({ children, action }: { readonly children: ReactNode; readonly action: ReactNode }) {
  return (
    <div className="atlas-state">
      <p>{children}</p>
      {action}
    </div>
  );
}
