import { AlertDialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

interface ConfirmProps {
  readonly title: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** On the button that does it. */
  readonly action: string;
  readonly onConfirm: () => void;
  /** What will happen. */
  readonly children: ReactNode;
}

/** A question before something that cannot be undone. The safe answer has the focus. */
export function Confirm({ title, open, onOpenChange, action, onConfirm, children }: ConfirmProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content className="dialog confirm">
          <header className="dialog-head">
            <Radix.Title>{title}</Radix.Title>
          </header>
          <div className="dialog-body scrolls">
            <Radix.Description asChild>
              <div className="confirm-text selectable">{children}</div>
            </Radix.Description>
          </div>
          <footer className="dialog-foot">
            <Radix.Cancel asChild>
              <Button>Cancel</Button>
            </Radix.Cancel>
            <Radix.Action asChild>
              <Button variant="danger" onClick={onConfirm}>
                {action}
              </Button>
            </Radix.Action>
          </footer>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
