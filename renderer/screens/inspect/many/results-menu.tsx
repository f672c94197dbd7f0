import { Braces, Table } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactElement } from 'react';
import { saveFile } from '../../../pipeline/export-save.ts';
import { resultsCsv, resultsJson } from '../../../results/export-results.ts';
import type { PictureRow } from '../../../results/picture-filter.ts';
import { useNotices } from '../../../stores/notices.ts';
import { whole } from '../../../ui/format.ts';

interface ResultsMenuProps {
  readonly trigger: ReactElement;
  /** {@link ResultsItems}. They are not asked for their rows, which change with every picture, before the menu is open. */
  readonly children: ReactElement;
}

export function ResultsMenu({ trigger, children }: ResultsMenuProps) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={6} collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** @param rows what is shown, in its order: the menu saves these */
export function ResultsItems({ rows }: { readonly rows: readonly PictureRow[] }) {
  const count = `${whole(rows.length)} ${rows.length === 1 ? 'picture' : 'pictures'} shown`;
  return (
    <>
      <DropdownMenu.Label className="menu-label">Results of the {count}</DropdownMenu.Label>
      <DropdownMenu.Item className="menu-item" onSelect={() => saveResults(rows, 'csv')}>
        <Table size={16} aria-hidden />
        Save as CSV
      </DropdownMenu.Item>
      <DropdownMenu.Item className="menu-item" onSelect={() => saveResults(rows, 'json')}>
        <Braces size={16} aria-hidden />
        Save as JSON
      </DropdownMenu.Item>
    </>
  );
}

export function saveResults(rows: readonly PictureRow[], format: 'csv' | 'json'): void {
  if (rows.length === 0) {
    useNotices.getState().show('No picture is shown, so there are no results to save. Show all pictures first.');
    return;
  }
  const [text, type] = format === 'csv' ? [resultsCsv(rows), 'text/csv'] : [resultsJson(rows), 'application/json'];
  saveFile(`cvt-lens-results.${format}`, new Blob([text], { type }));
}
