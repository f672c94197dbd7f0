import { CircleAlert, Info } from 'lucide-react';
import type { ReactNode } from 'react';

interface BannerProps {
  readonly tone?: 'danger';
  readonly children: ReactNode;
  /** Buttons: the way out. */
  readonly actions?: ReactNode;
}

/** A message at its subject; trouble is said to screen readers as it comes. */
export function Banner({ tone, children, actions }: BannerProps) {
  const Icon = tone === 'danger' ? CircleAlert : Info;
  return (
    <div className="banner" data-tone={tone} role={tone === 'danger' ? 'alert' : undefined}>
      <Icon size={16} aria-hidden />
      <div className="banner-body">
        <p className="selectable">{children}</p>
        {actions && <div className="banner-actions">{actions}</div>}
      </div>
    </div>
  );
}
