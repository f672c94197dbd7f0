import type { LucideIcon } from 'lucide-react';
import { ToggleGroup } from 'radix-ui';
import { Tip } from './tooltip.tsx';

export interface Segment<Value extends string> {
  readonly value: Value;
  readonly text: string;
  /** Beside the text. */
  readonly icon?: LucideIcon;
  readonly tip?: string;
  /** Shortcut, for the tooltip. */
  readonly keys?: string;
  readonly disabled?: boolean;
}

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Segment<Value>[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
  /** In rows of so many; all in one row by default. */
  readonly columns?: number;
}

/** One choice of a few, all in sight; a radio group in which the arrow keys move the focus. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  const { label, value, options, onChange, disabled, columns } = props;
  return (
    <ToggleGroup.Root
      type="single"
      className="segments"
      data-columns={columns}
      aria-label={label}
      value={value}
      disabled={disabled ?? false}
      style={columns ? { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` } : undefined}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map(({ value: each, text, icon: Icon, tip, keys, disabled: off }) => {
        const item = (
          <ToggleGroup.Item key={each} value={each} disabled={off ?? false}>
            {Icon && <Icon size={14} aria-hidden />}
            {text}
          </ToggleGroup.Item>
        );
        return tip ? (
          <Tip key={each} label={tip} keys={keys} side="top">
            {item}
          </Tip>
        ) : (
          item
        );
      })}
    </ToggleGroup.Root>
  );
}
