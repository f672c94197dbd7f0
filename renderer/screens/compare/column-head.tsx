import { ArrowLeft, ArrowRight, Copy, EllipsisVertical, Flag, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { InputChoice } from '../../../models/image/input-size.ts';
import { CPU_PRECISIONS, type Precision } from '../../../models/precision/precision.ts';
import { titleFor } from '../../library/model-loader.ts';
import type { ModelEntry } from '../../shell/shell.ts';
import { type Column, columnLetter, FEWEST_COLUMNS, MOST_COLUMNS, useCompare } from '../../stores/compare.ts';
import { useEngine } from '../../stores/engine.ts';
import { entryById, isUsable, useLibrary } from '../../stores/library.ts';
import { useModel } from '../../stores/model.ts';
import { IconButton } from '../../ui/button.tsx';
import { type Option, Select } from '../../ui/select.tsx';
import { Tip } from '../../ui/tooltip.tsx';
import { shortName } from '../models/words.ts';
import { inputWords, PRECISION_NAMES } from './compare-words.ts';

interface ColumnHeadProps {
  readonly column: Column;
  readonly at: number;
  readonly count: number;
  /** Null until the column is finished. */
  readonly entry: ModelEntry | null;
  readonly isReference: boolean;
}

/** Which checkpoint, input and engine a column is, and the choice of others. */
export function ColumnHead({ column, at, count, entry, isReference }: ColumnHeadProps) {
  const letter = columnLetter(at);
  const change = useCompare((state) => state.change);
  return (
    <header className="column-head">
      <Tip label={isReference ? 'The reference: the others are held against it' : `Column ${letter}`}>
        <span className="column-letter" data-reference={isReference || undefined}>
          {letter}
        </span>
      </Tip>
      <Select
        label={`Model of column ${letter}`}
        value={column.modelId}
        options={useModelOptions(column.modelId)}
        onChange={(modelId) => change(column.id, { modelId })}
      />
      <ColumnMenu column={column} at={at} count={count} isReference={isReference} />
      <div className="column-choices">
        <InputSelect column={column} letter={letter} entry={entry} />
        <EngineSelect column={column} letter={letter} />
        <PrecisionSelect column={column} letter={letter} />
      </div>
    </header>
  );
}

/** Models that ship with the app, those on this machine, then those that can be had. */
function useModelOptions(chosen: string): readonly Option<string>[] {
  const shipped = useModel((store) => store.shipped);
  const entries = useLibrary((store) => store.snapshot?.entries) ?? [];
  const here = entries.filter(isUsable);
  const options = [
    ...shipped.map(({ id, title }) => ({ value: id, text: title })),
    ...here.map((each) => ({ value: each.id, text: shortName(each) })),
    ...entries
      .filter((each) => !here.includes(each))
      .map((each) => ({ value: each.id, text: `${shortName(each)} · get it` })),
  ];
  // A model that was removed is still this column's choice.
  return options.some(({ value }) => value === chosen)
    ? options
    : [...options, { value: chosen, text: titleFor(chosen) }];
}

const INPUTS: readonly InputChoice[] = [
  { kind: 'own' },
  ...[96, 112, 128, 160, 224, 288, 384, 512].map((side) => ({ kind: 'square' as const, side })),
  { kind: 'whole', along: 'shorter', side: 224 },
  { kind: 'whole', along: 'shorter', side: 384 },
];

function InputSelect({ column, letter, entry }: { column: Column; letter: string; entry: ModelEntry | null }) {
  const change = useCompare((state) => state.change);
  const shipped = useModel((store) => store.shipped.find(({ id }) => id === column.modelId) ?? null);
  const facts = useLibrary(({ snapshot }) => entryById(snapshot, column.modelId)?.facts ?? null);
  const own = (entry ?? shipped ?? facts)?.preprocessing ?? null;
  const value = JSON.stringify(column.input);
  const choices = new Map(INPUTS.map((each) => [JSON.stringify(each), each]));
  choices.set(value, column.input);
  return (
    <Select
      label={`Input of column ${letter}`}
      value={value}
      options={[...choices].map(([key, input]) => ({ value: key, text: inputWords(input, own) }))}
      onChange={(key) => change(column.id, { input: choices.get(key) ?? column.input })}
    />
  );
}

const ENGINES = { device: 'GPU', wasm: 'CPU' } as const;

function EngineSelect({ column: { id, provider }, letter }: { readonly column: Column; readonly letter: string }) {
  const change = useCompare((state) => state.change);
  const onGpu = useEngine(({ device }) => device?.provider === 'webgpu');
  // Without a GPU there is nothing to choose from.
  if (!onGpu) return <span className="column-engine quiet">{ENGINES.wasm}</span>;
  return (
    <Select
      label={`Engine of column ${letter}`}
      value={provider ?? 'device'}
      options={[
        { value: 'device', text: ENGINES.device },
        { value: 'wasm', text: ENGINES.wasm },
      ]}
      onChange={(next) => change(id, { provider: next === 'wasm' ? 'wasm' : null })}
    />
  );
}

/** What a column's engine can run in; the weights as they were published first. */
function PrecisionSelect({ column, letter }: { readonly column: Column; readonly letter: string }) {
  const { id, provider, precision } = column;
  const change = useCompare((state) => state.change);
  const device = useEngine((state) => state.device);
  const offered: readonly Precision[] = provider === 'wasm' ? CPU_PRECISIONS : (device?.precisions ?? ['fp32']);
  // One that this engine does not have is still the column's choice; its run says why another ran.
  const precisions = offered.includes(precision) ? offered : [...offered, precision];
  if (precisions.length === 1) return <span className="column-engine quiet">{PRECISION_NAMES.fp32}</span>;
  return (
    <Select
      label={`Precision of column ${letter}`}
      value={precision}
      options={precisions.map((each) => ({ value: each, text: PRECISION_NAMES[each] }))}
      onChange={(next) => change(id, { precision: next })}
    />
  );
}

function ColumnMenu({ column: { id }, at, count, isReference }: Omit<ColumnHeadProps, 'entry'>) {
  const { setReference, move, duplicate, remove } = useCompare.getState();
  const items = [
    { text: 'Hold the others against it', icon: Flag, off: isReference, run: () => setReference(id) },
    { text: 'Move left', icon: ArrowLeft, off: at === 0, run: () => move(id, -1) },
    { text: 'Move right', icon: ArrowRight, off: at === count - 1, run: () => move(id, 1) },
    { text: 'Duplicate', icon: Copy, off: count >= MOST_COLUMNS, run: () => duplicate(id) },
    { text: 'Remove', icon: X, off: count <= FEWEST_COLUMNS, run: () => remove(id) },
  ];
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={EllipsisVertical} label={`More about column ${columnLetter(at)}`} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {items.map(({ text, icon: Icon, off, run }) => (
            <DropdownMenu.Item key={text} className="menu-item" disabled={off} onSelect={run}>
              <Icon size={16} aria-hidden />
              {text}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
