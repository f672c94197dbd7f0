import { type ComponentProps, useId } from 'react';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is wrong with the value; null where nothing is. */
  readonly problem?: string | null;
  /** Shown while there is no problem. */
  readonly hint?: string | undefined;
}

/** A labelled line of text with what is wrong with it below. */
export function TextField({ label, value, onChange, problem = null, hint, children, ...rest }: TextFieldProps) {
  const id = useId();
  const below = problem ?? hint;
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <div className="text-field-line">
        <input
          id={id}
          type="text"
          value={value}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== null || undefined}
          aria-describedby={below ? `${id}-below` : undefined}
          onChange={(event) => onChange(event.target.value)}
          {...rest}
        />
        {children}
      </div>
      {below && (
        <p id={`${id}-below`} className="text-field-below" data-problem={problem !== null || undefined}>
          {below}
        </p>
      )}
    </div>
  );
}
