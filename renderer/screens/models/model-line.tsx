import { Check, FolderOpen, MoreHorizontal, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { memo, useState } from 'react';
import { useLibrary } from '../../stores/library.ts';
import { useModel } from '../../stores/model.ts';
import { useScreen } from '../../stores/screen.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { magnitude, megabytes } from '../../ui/format.ts';
import { useApp } from '../frame/app-context.ts';
import type { ModelRow } from './model-rows.ts';
import { RemoveModel } from './remove-model.tsx';
import { Standing, TransferControls } from './standing.tsx';
import { architectureName } from './words.ts';

/** One model: what it is, how it stands, what can be done with it. */
export const ModelLine = memo(function ModelLine({ row }: { readonly row: ModelRow }) {
  const { catalog, entry } = row;
  return (
    <tr data-model={row.id}>
      <th scope="row" className="model-cell">
        <div>
          <span className="model-name">
            <span>{catalog ? architectureName(catalog) : row.title}</span>
            {catalog && (
              <span className="mono quiet" title={catalog.file.repository}>
                {row.id}
              </span>
            )}
          </span>
          {row.note && <span className="model-note">{row.note}</span>}
          <span className="model-facts">{row.facts.join(' · ')}</span>
          {/* Where columns are left out for want of room, their numbers stand here. */}
          <span className="model-facts model-numbers">{numbersText(row)}</span>
          {entry && <Standing entry={entry} />}
        </div>
      </th>
      <td data-column="top1">{accuracy(row.top1)}</td>
      <td data-column="top5">{accuracy(row.top5)}</td>
      <td data-column="parameters">{row.parameters === null ? <None /> : magnitude(row.parameters)}</td>
      <td data-column="multiplyAdds">{row.multiplyAdds === null ? <None /> : (row.multiplyAdds / 1e9).toFixed(1)}</td>
      <td data-column="size">{row.size === null ? <None /> : megabytes(row.size)}</td>
      <td className="model-actions">
        <div>
          <LineActions row={row} />
        </div>
      </td>
    </tr>
  );
});

function numbersText({ top5, parameters }: ModelRow): string {
  const parts = [];
  if (top5 !== null) parts.push(`top-5 ${top5.toFixed(1)}`);
  if (parameters !== null) parts.push(`${magnitude(parameters)} parameters`);
  return parts.join(' · ');
}

function accuracy(percent: number | null) {
  return percent === null ? <None /> : percent.toFixed(1);
}

function None() {
  return (
    <>
      <span className="quiet" aria-hidden>
        –
      </span>
      <span className="visually-hidden">not known</span>
    </>
  );
}

function LineActions({ row }: { readonly row: ModelRow }) {
  const { entry } = row;
  const chosen = useModel(({ state }) => state.kind !== 'none' && state.id === row.id);
  const isHere = entry === null || entry.state.kind === 'installed';
  return (
    <>
      {isHere && <UseModel row={row} chosen={chosen} />}
      {entry && <TransferControls entry={entry} dense />}
      {entry && (entry.state.kind === 'installed' || entry.state.kind === 'broken') && (
        <More row={row} chosen={chosen} />
      )}
    </>
  );
}

function UseModel({ row, chosen }: { readonly row: ModelRow; readonly chosen: boolean }) {
  const { chooseModel } = useApp();
  const show = useScreen((state) => state.show);
  if (chosen)
    return (
      <span className="model-chosen">
        <Check size={16} aria-hidden />
        In use
      </span>
    );
  return (
    <Button
      aria-label={`Use ${row.title}`}
      onClick={() => {
        void chooseModel(row.id);
        show('inspect');
      }}
    >
      Use
    </Button>
  );
}

function More({ row, chosen }: { readonly row: ModelRow; readonly chosen: boolean }) {
  const { library } = useApp();
  const canReveal = useLibrary((store) => store.snapshot?.abilities.canReveal ?? false);
  const [removing, setRemoving] = useState(false);
  const { entry } = row;
  if (!entry) return null;
  return (
    <>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <IconButton icon={MoreHorizontal} label={`More for ${row.title}`} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
            {canReveal && entry.state.kind === 'installed' && (
              <DropdownMenu.Item className="menu-item" onSelect={() => void library.reveal(row.id)}>
                <FolderOpen size={16} aria-hidden />
                Show in folder
              </DropdownMenu.Item>
            )}
            <DropdownMenu.Item className="menu-item" onSelect={() => setRemoving(true)}>
              <Trash2 size={16} aria-hidden />
              Remove…
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <RemoveModel entry={entry} chosen={chosen} open={removing} onOpenChange={setRemoving} />
    </>
  );
}
