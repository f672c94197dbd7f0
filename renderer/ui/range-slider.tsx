import { Slider as Radix } from 'radix-ui';

interface RangeSliderProps {
  /** What the range is of: `Confidence`. */
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly max: number;
  readonly step: number;
  /** What screen readers say for an end. */
  readonly textOf: (value: number) => string;
  readonly onChange: (from: number, to: number) => void;
}

/** A range from 0 to `max` with two ends to be moved; it may be a single value. */
export function RangeSlider({ label, from, to, max, step, textOf, onChange }: RangeSliderProps) {
  return (
    <Radix.Root
      className="slider"
      value={[from, to]}
      min={0}
      max={max}
      step={step}
      onValueChange={([low, high]) => low !== undefined && high !== undefined && onChange(low, high)}
    >
      <Radix.Track className="slider-track">
        <Radix.Range className="slider-range" />
      </Radix.Track>
      <Radix.Thumb className="slider-thumb" aria-label={`${label}, from`} aria-valuetext={textOf(from)} />
      <Radix.Thumb className="slider-thumb" aria-label={`${label}, to`} aria-valuetext={textOf(to)} />
    </Radix.Root>
  );
}
