import { Tooltip } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { Keys } from './kbd.tsx';

export const TooltipProvider = Tooltip.Provider;

interface TipProps {
  readonly label: ReactNode;
  readonly keys?: string | undefined;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly children: ReactElement;
}

export function Tip({ label, keys, side = 'bottom', children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" side={side} sideOffset={6} collisionPadding={8}>
          <span>{label}</span>
          {keys && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
