import { Popover as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { focusPopup } from './hooks/focus-popup.ts';

interface PopoverProps {
  readonly trigger: ReactElement;
  /** The popup's name for screen readers. */
  readonly label: string;
  readonly align?: 'start' | 'center' | 'end';
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly children: ReactNode;
}

export function Popover({ trigger, label, align = 'end', side = 'bottom', children, ...state }: PopoverProps) {
  return (
    <Radix.Root {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="popover scrolls"
          aria-label={label}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={12}
          onOpenAutoFocus={focusPopup}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
