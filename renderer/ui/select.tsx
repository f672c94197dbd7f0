import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { pageNonce } from './nonce.ts';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly text: string;
  /** Drawn before the text. */
  readonly mark?: ReactNode;
}

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: Value) => void;
}

export function Select<Value extends string>({ label, value, options, onChange }: SelectProps<Value>) {
  return (
    <Radix.Root
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      <Radix.Trigger className="button select" aria-label={label}>
        <Radix.Value />
        <ChevronDown size={14} aria-hidden className="quiet" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" position="popper" sideOffset={4} collisionPadding={8}>
          <Radix.Viewport nonce={pageNonce()}>
            {options.map((option) => (
              <Radix.Item key={option.value} value={option.value} className="menu-item">
                <Radix.ItemText>
                  <span className="option">
                    {option.mark}
                    {option.text}
                  </span>
                </Radix.ItemText>
                <Radix.ItemIndicator className="menu-end">
                  <Check size={14} aria-hidden />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
