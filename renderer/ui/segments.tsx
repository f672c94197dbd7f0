import { ToggleGroup } from 'radix-ui';
import { Tip } from './tooltip.tsx';

export interface Segment<Value extends string> {
  readonly value: Value;
  readonly text: string;
  readonly tip?: string;
  readonly disabled?: boolean;
}

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Segment<Value>[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}

/** One choice of a few, all in sight; a radio group in which the arrow keys move the focus. */
export function Segments<Value extends string>({ label, value, options, onChange, disabled }: SegmentsProps<Value>) {
  return (
    <ToggleGroup.Root
      type="single"
      className="segments"
      aria-label={label}
      value={value}
      disabled={disabled ?? false}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map((option) => {
        const item = (
          <ToggleGroup.Item key={option.value} value={option.value} disabled={option.disabled ?? false}>
            {option.text}
          </ToggleGroup.Item>
        );
        return option.tip ? (
          <Tip key={option.value} label={option.tip} side="top">
            {item}
          </Tip>
        ) : (
          item
        );
      })}
    </ToggleGroup.Root>
  );
}
