import { Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { Compared } from '../../compare/column-results.ts';
import { comparisonCsv, comparisonJson } from '../../compare/comparison-table.ts';
import { saveFile } from '../../pipeline/export-save.ts';
import type { TrayImage } from '../../stores/images.ts';
import { Button } from '../../ui/button.tsx';

interface ExportButtonProps {
  readonly compared: Compared;
  readonly image: TrayImage | null;
}

/** What the columns came to, as a file. */
export function ExportButton({ compared, image }: ExportButtonProps) {
  const name = image?.name.replace(/\.[^.]*$/, '') ?? '';
  const save = (extension: string, type: string, text: string) =>
    saveFile(`${name}-comparison.${extension}`, new Blob([text], { type }));
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button variant="ghost" icon={Download} disabled={!image || compared.done.length === 0}>
          Save
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Item
            className="menu-item"
            onSelect={() => image && save('csv', 'text/csv', comparisonCsv(compared, image.name))}
          >
            Comparison as CSV
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className="menu-item"
            onSelect={() => image && save('json', 'application/json', comparisonJson(compared, image.name))}
          >
            Comparison as JSON
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
