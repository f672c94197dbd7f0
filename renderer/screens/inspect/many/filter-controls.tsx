import { useId, useMemo } from 'react';
import {
  ALL_PICTURES,
  classCounts,
  disagreement,
  isFiltered,
  type PictureOrder,
  type PictureRow,
} from '../../../results/picture-filter.ts';
import { useOverview } from '../../../stores/overview.ts';
import { Button } from '../../../ui/button.tsx';
import { RangeSlider } from '../../../ui/range-slider.tsx';
import { type Option, Select } from '../../../ui/select.tsx';
import { Switch } from '../../../ui/switch.tsx';
import './filter-controls.css';

const STATES: readonly Option<'all' | 'answered' | 'waiting' | 'failed'>[] = [
  { value: 'all', text: 'All pictures' },
  { value: 'answered', text: 'With an answer' },
  { value: 'waiting', text: 'Not run yet' },
  { value: 'failed', text: 'Failed' },
];

type OrderName = `${PictureOrder['by']} ${'up' | 'down'}`;

const ORDERS: readonly Option<OrderName>[] = [
  { value: 'arrival up', text: 'As they came' },
  { value: 'arrival down', text: 'Last first' },
  { value: 'name up', text: 'Name, A–Z' },
  { value: 'name down', text: 'Name, Z–A' },
  { value: 'confidence down', text: 'Most confident first' },
  { value: 'confidence up', text: 'Least confident first' },
  { value: 'entropy down', text: 'Highest entropy first' },
  { value: 'entropy up', text: 'Lowest entropy first' },
];

const whole = (share: number) => `${Math.round(share * 100)} %`;

/** Which pictures are shown and in which order; the same in the tray's popup and over the overview. */
export function FilterControls({ rows }: { readonly rows: readonly PictureRow[] }) {
  const { filter, order, narrow, sort } = useOverview();
  const id = useId();
  const classes = useMemo(() => classCounts(rows), [rows]);
  const isCompared = useMemo(() => rows.some((row) => disagreement(row) !== null), [rows]);
  return (
    <div className="filter-controls">
      <Select label="Show" value={filter.state} options={STATES} onChange={(state) => narrow({ state })} />
      <div className="text-field filter-field">
        <input
          type="text"
          aria-label="Predicted class"
          placeholder="Any predicted class…"
          list={`${id}-classes`}
          value={filter.label}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => narrow({ label: event.target.value })}
        />
        <datalist id={`${id}-classes`}>
          {classes.map(([label, count]) => (
            <option key={label} value={label} label={`${count}`} />
          ))}
        </datalist>
      </div>
      <div className="filter-range">
        <span>Confidence</span>
        <RangeSlider
          label="Confidence"
          from={filter.from}
          to={filter.to}
          max={1}
          step={0.01}
          textOf={whole}
          onChange={(from, to) => narrow({ from, to })}
        />
        <span className="quiet filter-numbers">
          {whole(filter.from)}–{whole(filter.to)}
        </span>
      </div>
      <div className="filter-switch">
        <Switch
          id={`${id}-disagreeing`}
          checked={filter.disagreeing}
          onChange={(disagreeing) => narrow({ disagreeing })}
        />
        <label htmlFor={`${id}-disagreeing`}>Models disagree</label>
      </div>
      {filter.disagreeing && !isCompared && (
        <p className="filter-note">
          One model alone was run on these pictures. Choose another one above; its answers are held against these.
        </p>
      )}
      <Select
        label="Order"
        value={`${order.by} ${order.descending ? 'down' : 'up'}` as OrderName}
        options={ORDERS}
        onChange={(name) => {
          const [by, way] = name.split(' ') as [PictureOrder['by'], 'up' | 'down'];
          sort({ by, descending: way === 'down' });
        }}
      />
      {isFiltered(filter) && <Button onClick={() => narrow(ALL_PICTURES)}>Show all</Button>}
    </div>
  );
}
