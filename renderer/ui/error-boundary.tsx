import { Copy, RefreshCw, RotateCcw, TriangleAlert } from 'lucide-react';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { reasonOf } from '../../models/errors.ts';
import { copyText } from '../pipeline/export-save.ts';
import { type Fault, faultText, noteFault } from '../stores/faults.ts';
import { useNotices } from '../stores/notices.ts';
import { Button } from './button.tsx';
import './error-boundary.css';

interface Props {
  /** The part of the app, as in "The Compare screen failed": begins with "the". */
  readonly name: string;
  /** Another value shows the part again: what failed was about another picture. */
  readonly resetOn?: unknown;
  /** `silent`: a part that has no place of its own shows nothing in its stead. `window`: there is no rest. */
  readonly kind?: 'part' | 'silent' | 'window';
  /** Of the grid that the part stands in, where it has a named one. */
  readonly area?: string;
  readonly children: ReactNode;
}

interface State {
  readonly failed: boolean;
  readonly fault: Fault | null;
}

/** Keeps an error of one part of the screen to that part, with its details and a way back. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false, fault: null };

  static getDerivedStateFromError(): State {
    return { failed: true, fault: null };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    this.setState({ failed: true, fault: noteFault(this.props.name, error, componentStack ?? '') });
  }

  override componentDidUpdate({ resetOn }: Props): void {
    if (this.state.failed && resetOn !== this.props.resetOn) this.#reset();
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    if (this.props.kind === 'silent') return null;
    const { name, area, kind } = this.props;
    return (
      <Failed
        name={name}
        area={area}
        isAll={kind === 'window'}
        fault={this.state.fault}
        onRetry={() => this.#reset()}
      />
    );
  }

  #reset(): void {
    this.setState({ failed: false, fault: null });
  }
}

interface FailedProps {
  readonly name: string;
  readonly area: string | undefined;
  /** Nothing else of the window is left. */
  readonly isAll: boolean;
  /** Null for the moment before the error is known. */
  readonly fault: Fault | null;
  readonly onRetry: () => void;
}

function Failed({ name, area, isAll, fault, onRetry }: FailedProps) {
  const { show } = useNotices.getState();
  const copy = () => {
    if (fault === null) return;
    copyText(faultText(fault)).then(
      () => show('The details are on the clipboard.'),
      (error: unknown) => show(reasonOf(error)),
    );
  };
  return (
    <section className="failed-part" data-all={isAll || undefined} role="alert" style={{ gridArea: area }}>
      <TriangleAlert size={20} aria-hidden />
      <h2>{name[0]?.toUpperCase() + name.slice(1)} failed</h2>
      <p>
        {isAll
          ? 'Pictures and results are kept. If this goes on, reload the window: results come back, pictures are dropped anew.'
          : 'The rest of the app goes on, and pictures and results are kept.'}
      </p>
      <div className="failed-buttons">
        <Button variant="primary" icon={RotateCcw} onClick={onRetry}>
          Try again
        </Button>
        {isAll && (
          <Button icon={RefreshCw} onClick={() => location.reload()}>
            Reload the window
          </Button>
        )}
        <Button icon={Copy} onClick={copy}>
          Copy details
        </Button>
      </div>
      {fault && (
        <details>
          <summary>{fault.error.message}</summary>
          <pre className="selectable">{faultText(fault)}</pre>
        </details>
      )}
    </section>
  );
}
