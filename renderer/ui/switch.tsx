import { Switch as Radix } from 'radix-ui';

interface SwitchProps {
  readonly id: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Labelled by a `<label htmlFor={id}>` beside it. */
export function Switch({ id, checked, onChange }: SwitchProps) {
  return (
    <Radix.Root id={id} className="switch" checked={checked} onCheckedChange={onChange}>
      <Radix.Thumb className="switch-thumb" />
    </Radix.Root>
  );
}
