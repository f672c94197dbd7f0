import { useState } from 'react';
import { gridSizeShort } from '../../../ui/format.ts';
import { Segments } from '../../../ui/segments.tsx';
import type { SizeInput } from './input-size.ts';

interface SizeChoiceProps {
  readonly value: string;
  readonly read: SizeInput;
  readonly onChange: (value: string) => void;
}

const USUAL = ['224', '384'] as const;

/** The input size: the published ones at a click, any other by hand. A guess from the file's name to begin with. */
export function SizeChoice({ value, read, onChange }: SizeChoiceProps) {
  const usual = USUAL.find((side) => side === value);
  const [other, setOther] = useState(usual === undefined);
  return (
    <div className="import-choice">
      <span>Input size</span>
      <div className="size-choice">
        <Segments
          label="Input size"
          value={other ? 'other' : (usual ?? 'other')}
          options={[...USUAL.map((side) => ({ value: side, text: side })), { value: 'other', text: 'Other' }]}
          onChange={(next) => {
            setOther(next === 'other');
            if (next !== 'other') onChange(next);
          }}
        />
        {other && (
          <div className="text-field-line">
            <input
              type="text"
              aria-label="Input size in pixels"
              aria-invalid={read.kind === 'problem' || undefined}
              value={value}
              spellCheck={false}
              onChange={(event) => onChange(event.target.value)}
            />
          </div>
        )}
      </div>
      <p className="import-hint" data-problem={read.kind === 'problem' || undefined}>
        {read.kind === 'problem'
          ? read.problem
          : `Tokens ${read.grids.map(({ tokens }) => gridSizeShort(tokens)).join(' → ')}. A guess: the size it was trained at answers best.`}
      </p>
    </div>
  );
}
