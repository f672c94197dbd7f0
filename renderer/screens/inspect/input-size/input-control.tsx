import { ChevronDown, LocateFixed } from 'lucide-react';
import { type InputChoice, isCropped } from '../../../../models/image/input-size.ts';
import { preprocessingFor, useInputMenu } from '../../../stores/input.ts';
import { useSettings } from '../../../stores/settings.ts';
import { Banner } from '../../../ui/banner.tsx';
import { Button } from '../../../ui/button.tsx';
import { magnitude } from '../../../ui/format.ts';
import { Popover } from '../../../ui/popover.tsx';
import { useApp } from '../../frame/app-context.ts';
import type { Inspection } from '../use-inspection.ts';
import { InputOptions } from './input-options.tsx';
import { InsteadButton } from './instead-button.tsx';
import { sizeWords } from './predict-input.ts';
import { usePredict } from './use-prediction.ts';
import './input-size.css';

const NAMES: Readonly<Record<InputChoice['kind'], string>> = {
  own: 'its own',
  square: 'square',
  whole: 'whole picture',
  free: 'free size',
};

/** The size that the network is shown the picture at, and where the crop lies: what is now, and the way to change it. */
export function InputControl({ inspection }: { readonly inspection: Inspection }) {
  const { input: actions } = useApp();
  const choice = useSettings((settings) => settings.input);
  const { open, show } = useInputMenu();
  const predict = usePredict(inspection);
  const now = predict(choice);
  const choose = (next: InputChoice) => {
    show(false);
    actions.choose(next);
  };
  const { refusal } = now ?? { refusal: null };

  return (
    <section className="input-control" aria-label="Input">
      <header className="panel-head">
        <h2>Input</h2>
        {now && !refusal && (
          <span className="quiet">{now.multiplyAdds !== null && `${magnitude(now.multiplyAdds)} multiply-adds`}</span>
        )}
      </header>
      <div className="controls">
        <span className="control-name">Size</span>
        <Popover
          label="Input size"
          align="end"
          open={open}
          onOpenChange={show}
          trigger={
            <Button className="select" aria-label="Input size" disabled={!inspection.report}>
              <span>
                {now ? sizeWords(now) : 'not known yet'} <span className="quiet">{NAMES[choice.kind]}</span>
              </span>
              <ChevronDown size={14} aria-hidden className="quiet" />
            </Button>
          }
        >
          <InputOptions inspection={inspection} chosen={choice} predict={predict} onChoose={choose} />
        </Popover>
        <CropLine inspection={inspection} />
      </div>
      {refusal && (
        <Banner
          tone="danger"
          actions={refusal.instead && <InsteadButton choice={refusal.instead} predict={predict} onChoose={choose} />}
        >
          {refusal.message}
        </Banner>
      )}
    </section>
  );
}

/** Where the crop lies, once it was moved, and the way back. */
function CropLine({ inspection: { image, entry } }: { readonly inspection: Inspection }) {
  const { input: actions } = useApp();
  // The preprocessing follows from it.
  useSettings((settings) => settings.input);
  if (!image?.size || !entry || !isCropped(preprocessingFor(image, entry), image.size)) return null;
  const { id, crop } = image;
  return (
    <>
      <span className="control-name">Crop</span>
      <div className="input-crop">
        <span className="quiet">{crop ? 'moved' : 'centre; drag its border'}</span>
        {crop && (
          <Button variant="ghost" icon={LocateFixed} onClick={() => actions.moveCrop(id, null)}>
            Centre
          </Button>
        )}
      </div>
    </>
  );
}
