import { CircleAlert, CirclePause, RotateCcw, Scaling, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { TrayImage } from '../../stores/images.ts';
import { useInputMenu } from '../../stores/input.ts';
import { titleOf, useModel } from '../../stores/model.ts';
import { Button } from '../../ui/button.tsx';
import { Meter } from '../../ui/meter.tsx';
import { useApp } from '../frame/app-context.ts';
import { MissingModel } from '../models/missing-model.tsx';
import { workShare, workText } from '../models/words.ts';
import { removePictures } from './remove-pictures.ts';
import { useTardy } from './use-tardy.ts';
import { progressShare, progressText } from './words.ts';

/** Trying again helps nothing here; another input does. */
const INPUT_CODES: readonly string[] = ['input-too-large', 'input-too-small'];

/** What stands over the picture while there is no result: progress with a way to stop it, or what went wrong. */
export function PictureState({ image }: { readonly image: TrayImage }) {
  const { queue, stopModel } = useApp();
  const model = useModel((store) => store.state);
  const again = (
    <Button icon={RotateCcw} onClick={() => queue.requeue(image.id)}>
      {image.status.kind === 'stopped' ? 'Analyse' : 'Try again'}
    </Button>
  );

  switch (image.status.kind) {
    case 'done':
      return null;
    case 'loading':
      return <MaybeSoonDone text={`Reading ${image.name}…`} share={null} />;
    case 'queued':
    case 'running': {
      if (model.kind === 'error') return <ModelError message={model.error.message} />;
      if (model.kind === 'missing')
        return (
          <div className="picture-card">
            <MissingModel id={model.id} title={model.title} named />
          </div>
        );
      if (model.kind === 'opening')
        return (
          <MaybeSoonDone text={workText(model.progress, `Checking ${model.title}…`)} share={workShare(model.progress)}>
            <Button onClick={stopModel}>Cancel</Button>
          </MaybeSoonDone>
        );
      const loading = model.kind === 'loading' ? model.progress : null;
      const progress = image.status.kind === 'running' ? image.status.progress : loading;
      const title = titleOf(model) ?? 'the model';
      return (
        <MaybeSoonDone text={progressText(progress, title)} share={progressShare(progress)}>
          <Button onClick={() => (model.kind === 'loading' ? stopModel() : queue.cancel(image.id))}>Cancel</Button>
        </MaybeSoonDone>
      );
    }
    case 'stopped':
      return (
        <Card icon={<CirclePause size={20} aria-hidden />} title="Stopped">
          {again}
        </Card>
      );
    case 'error':
      return (
        <Card icon={<CircleAlert size={20} aria-hidden />} tone="danger" title={image.status.error.message}>
          {INPUT_CODES.includes(image.status.error.code) ? (
            <Button icon={Scaling} onClick={() => useInputMenu.getState().show(true)}>
              Input size…
            </Button>
          ) : (
            again
          )}
          <Button icon={Trash2} onClick={() => removePictures([image.id])}>
            Remove
          </Button>
        </Card>
      );
  }
}

function ModelError({ message }: { readonly message: string }) {
  const { retryModel } = useApp();
  return (
    <Card icon={<CircleAlert size={20} aria-hidden />} tone="danger" title={message}>
      <Button icon={RotateCcw} onClick={() => void retryModel()}>
        Load the model again
      </Button>
    </Card>
  );
}

interface WorkingProps {
  readonly text: string;
  readonly share: number | null;
  readonly children?: ReactNode;
}

/**
 * What may be over before it could be read. A bar that moves meanwhile, seen or not, has the browser draw every frame, on the cores
 * that the network runs on.
 */
function MaybeSoonDone(props: WorkingProps) {
  const [since] = useState(() => performance.now());
  return useTardy(since) && <Working {...props} />;
}

export function Working({ text, share, children }: WorkingProps) {
  return (
    <div className="working">
      <div>
        <p>{text}</p>
        <Meter label={text} share={share} />
      </div>
      {children}
    </div>
  );
}

interface CardProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly tone?: 'danger';
  readonly children: ReactNode;
}

function Card({ icon, title, tone, children }: CardProps) {
  return (
    <div className="picture-card" data-tone={tone} role={tone === 'danger' ? 'alert' : undefined}>
      {icon}
      <p className="selectable">{title}</p>
      <div className="picture-card-actions">{children}</div>
    </div>
  );
}
