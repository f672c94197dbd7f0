import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Tip } from './tooltip.tsx';

interface ButtonProps extends ComponentProps<'button'> {
  readonly variant?: 'plain' | 'primary' | 'ghost' | 'danger';
  readonly icon?: LucideIcon;
}

export function Button({ variant = 'plain', icon: Icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" className={className ? `button ${className}` : 'button'} data-variant={variant} {...rest}>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ComponentProps<'button'> {
  readonly icon: LucideIcon;
  /** Said by screen readers and shown as the tooltip. */
  readonly label: string;
  /** Shortcut, for the tooltip. */
  readonly keys?: string | undefined;
}

/** An icon never stands without words: `label` is its name and its tooltip. */
export function IconButton({ icon: Icon, label, keys, className, ...rest }: IconButtonProps) {
  return (
    <Tip label={label} keys={keys}>
      <button
        type="button"
        className={className ? `button ${className}` : 'button'}
        data-variant="ghost"
        data-icon=""
        aria-label={label}
        {...rest}
      >
        <Icon size={16} aria-hidden />
      </button>
    </Tip>
  );
}
