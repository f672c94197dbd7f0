import { Check } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { InputChoice } from '../../../../models/image/input-size.ts';
import { LARGEST_INPUT_SIDE } from '../../../../models/image/preprocessing.ts';
import { Button } from '../../../ui/button.tsx';
import { Segments } from '../../../ui/segments.tsx';
import type { Inspection } from '../use-inspection.ts';
import { InsteadButton } from './instead-button.tsx';
import { costWords, type InputPrediction, memoryWords, sizeWords, timeWords } from './predict-input.ts';

type Predict = (choice: InputChoice) => InputPrediction | null;

interface InputOptionsProps {
  readonly inspection: Inspection;
  readonly chosen: InputChoice;
  readonly predict: Predict;
  readonly onChoose: (choice: InputChoice) => void;
}

const SQUARES = [224, 384, 512] as const;
/** What the field for a side begins with. */
const FIRST_SIDE = 384;

/** Every input with what it costs before it is run: presets at a click, the others by their sides. */
export function InputOptions({ inspection, chosen, predict, onChoose }: InputOptionsProps) {
  const base = inspection.entry?.preprocessing;
  const squares = SQUARES.filter((side) => base?.width !== side || base.height !== side);
  return (
    <div className="input-options">
      <ul aria-label="Sizes">
        <Preset name="Checkpoint’s own" choice={{ kind: 'own' }} {...{ chosen, predict, onChoose }} />
        {squares.map((side) => (
          <Preset key={side} name="Square" choice={{ kind: 'square', side }} {...{ chosen, predict, onChoose }} />
        ))}
      </ul>
      <WholeForm {...{ chosen, predict, onChoose }} />
      <FreeForm {...{ chosen, predict, onChoose }} />
      <p className="input-note">
        Time and peak memory are estimates. CvT has no positional encoding, so any size works; answers are best near the
        size it was trained at.
      </p>
    </div>
  );
}

type ChoiceProps = Omit<InputOptionsProps, 'inspection'>;

function Preset({ name, choice, chosen, predict, onChoose }: ChoiceProps & { name: string; choice: InputChoice }) {
  const prediction = predict(choice);
  const isChosen = JSON.stringify(chosen) === JSON.stringify(choice);
  return (
    <li>
      <button
        type="button"
        className="input-preset"
        aria-pressed={isChosen}
        disabled={!prediction || prediction.refusal !== null}
        onClick={() => onChoose(choice)}
      >
        <Check size={14} aria-hidden className="input-preset-mark" />
        <span>{name}</span>
        <b>{prediction && sizeWords(prediction)}</b>
        {prediction?.refusal ? (
          <span className="quiet" data-wide>
            does not fit
          </span>
        ) : (
          <>
            <span className="quiet">{prediction && timeWords(prediction)}</span>
            <span className="quiet">{prediction && memoryWords(prediction)}</span>
          </>
        )}
      </button>
    </li>
  );
}

/** All of the picture, one side given. */
function WholeForm({ chosen, predict, onChoose }: ChoiceProps) {
  const before = chosen.kind === 'whole' ? chosen : null;
  const [along, setAlong] = useState<'shorter' | 'longer'>(before?.along ?? 'shorter');
  const [side, setSide] = useState(String(before?.side ?? FIRST_SIDE));
  const choice: InputChoice | null = isSide(side) ? { kind: 'whole', along, side: Number(side) } : null;
  return (
    <Form title="Whole picture, its own shape" {...{ choice, chosen, predict, onChoose }}>
      <Segments
        label="Side that is given"
        value={along}
        options={[
          { value: 'shorter', text: 'shorter side' },
          { value: 'longer', text: 'longer side' },
        ]}
        onChange={setAlong}
      />
      <SideField label="Side in pixels" value={side} onChange={setSide} />
    </Form>
  );
}

/** Any width and height. */
function FreeForm({ chosen, predict, onChoose }: ChoiceProps) {
  const before = chosen.kind === 'free' ? chosen : null;
  const [width, setWidth] = useState(String(before?.width ?? FIRST_SIDE));
  const [height, setHeight] = useState(String(before?.height ?? FIRST_SIDE));
  const [fit, setFit] = useState<'crop' | 'stretch'>(before?.fit ?? 'crop');
  const choice: InputChoice | null =
    isSide(width) && isSide(height) ? { kind: 'free', width: Number(width), height: Number(height), fit } : null;
  return (
    <Form title="Free size" {...{ choice, chosen, predict, onChoose }}>
      <Segments
        label="How the picture fills it"
        value={fit}
        options={[
          { value: 'crop', text: 'crop', tip: 'As much of the picture as has this shape' },
          { value: 'stretch', text: 'stretch', tip: 'All of the picture, its shape given up' },
        ]}
        onChange={setFit}
      />
      <SideField label="Width in pixels" value={width} onChange={setWidth} />
      <span aria-hidden>×</span>
      <SideField label="Height in pixels" value={height} onChange={setHeight} />
    </Form>
  );
}

interface FormProps extends ChoiceProps {
  readonly title: string;
  /** Null where the fields hold no size. */
  readonly choice: InputChoice | null;
  readonly children: ReactNode;
}

function Form({ title, choice, chosen, predict, onChoose, children }: FormProps) {
  const prediction = choice && predict(choice);
  const isChosen = JSON.stringify(chosen) === JSON.stringify(choice);
  const runs = choice && prediction && !prediction.refusal && !isChosen ? () => onChoose(choice) : null;
  return (
    <form
      className="input-form"
      aria-label={title}
      data-chosen={isChosen || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        runs?.();
      }}
    >
      <h3>{title}</h3>
      <div className="input-fields">{children}</div>
      <div className="input-outcome" aria-live="polite">
        <Outcome {...{ choice, prediction, predict, onChoose }} />
        {!prediction?.refusal?.instead && (
          <Button type="submit" disabled={runs === null}>
            {isChosen ? 'In use' : 'Run'}
          </Button>
        )}
      </div>
    </form>
  );
}

interface OutcomeProps extends Pick<ChoiceProps, 'predict' | 'onChoose'> {
  readonly choice: InputChoice | null;
  readonly prediction: InputPrediction | null;
}

function Outcome({ choice, prediction, predict, onChoose }: OutcomeProps) {
  if (!choice) return <p data-problem>Whole pixels from 1 to {LARGEST_INPUT_SIDE}.</p>;
  if (!prediction) return <p>Needs a picture and a model.</p>;
  const { refusal } = prediction;
  if (!refusal)
    return (
      <p>
        <b>{sizeWords(prediction)}</b> {costWords(prediction)}
      </p>
    );
  return (
    <>
      <p data-problem>{refusal.message}</p>
      {refusal.instead && <InsteadButton choice={refusal.instead} predict={predict} onChoose={onChoose} />}
    </>
  );
}

interface SideFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function SideField({ label, value, onChange }: SideFieldProps) {
  return (
    <input
      className="input-side"
      type="text"
      inputMode="numeric"
      aria-label={label}
      aria-invalid={!isSide(value) || undefined}
      value={value}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value.trim())}
    />
  );
}

function isSide(text: string): boolean {
  return /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= LARGEST_INPUT_SIDE;
}
