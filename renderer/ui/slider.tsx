import { Slider as Radix } from 'radix-ui';

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max: number;
  readonly step: number;
  /** What screen readers say for the value. */
  readonly valueText: string;
  readonly onChange: (value: number) => void;
}

export function Slider({ label, value, min = 0, max, step, valueText, onChange }: SliderProps) {
  return (
    <Radix.Root
      className="slider"
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => next !== undefined && onChange(next)}
    >
      <Radix.Track className="slider-track">
        <Radix.Range className="slider-range" />
      </Radix.Track>
      <Radix.Thumb className="slider-thumb" aria-label={label} aria-valuetext={valueText} />
    </Radix.Root>
  );
}
