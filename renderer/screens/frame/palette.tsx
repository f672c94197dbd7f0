import { Command } from 'cmdk';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { toErrorMessage } from '../../../models/errors.ts';
import { useImages } from '../../stores/images.ts';
import { useLibrary } from '../../stores/library.ts';
import { entryOf, useModel } from '../../stores/model.ts';
import { useNotices } from '../../stores/notices.ts';
import { useRecents } from '../../stores/recents.ts';
import { useScreen } from '../../stores/screen.ts';
import { useView } from '../../stores/view.ts';
import { Keys } from '../../ui/kbd.tsx';
import { addSamples } from '../inspect/add-pictures.ts';
import { useApp } from './app-context.ts';
import type { Action } from './use-actions.ts';
import './palette.css';

interface PaletteProps {
  readonly actions: readonly Action[];
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Every action, picture, class, model and sample by name. */
export function Palette({ actions, open, onOpenChange }: PaletteProps) {
  const choose = (run: () => void) => () => {
    onOpenChange(false);
    run();
  };
  const look = (run: () => void) =>
    choose(() => {
      run();
      useScreen.getState().showPicture();
    });
  const inspect = (run: () => void) =>
    choose(() => {
      run();
      useScreen.getState().show('inspect');
    });
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="dialog palette" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">Search everything</Dialog.Title>
          <Command label="Search everything" loop>
            <Command.Input autoFocus placeholder="Action, picture, class, sample…" />
            <Command.List className="scrolls">
              <Command.Empty>Nothing by that name.</Command.Empty>
              <Command.Group heading="Actions">
                {actions
                  .filter(({ id }) => id !== 'palette')
                  .map((action) => (
                    <Command.Item key={action.id} value={`action ${action.title}`} onSelect={choose(action.run)}>
                      {action.title}
                      {action.keys[0] && <Keys keys={action.keys[0]} />}
                    </Command.Item>
                  ))}
              </Command.Group>
              <Recents choose={choose} />
              <Pictures choose={look} />
              <Samples choose={look} />
              <Models choose={choose} />
              <Classes choose={inspect} />
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface GroupProps {
  readonly choose: (run: () => void) => () => void;
}

/** What was opened before; only the desktop app can open it again. */
function Recents({ choose }: GroupProps): ReactNode {
  const { desktop } = useApp().shell;
  const files = useRecents((state) => state.files);
  if (!desktop || !files || files.length === 0) return null;
  const open = (id: string) =>
    desktop.recents.open(id).catch((error: unknown) => useNotices.getState().show(toErrorMessage(error).message));
  return (
    <Command.Group heading="Opened before">
      {files.map(({ id, title, kind }) => (
        <Command.Item key={id} value={`recent ${title} ${id}`} onSelect={choose(() => void open(id))}>
          {title}
          {kind !== 'other' && <span className="quiet">{kind}</span>}
        </Command.Item>
      ))}
    </Command.Group>
  );
}

/** A list of thousands helps nobody; the tray finds the others. */
const LISTED_PICTURES = 200;

function Pictures({ choose }: GroupProps): ReactNode {
  const images = useImages((state) => state.images);
  const select = useImages((state) => state.select);
  if (images.length === 0) return null;
  return (
    <Command.Group heading="Pictures">
      {images.slice(0, LISTED_PICTURES).map(({ id, name }) => (
        <Command.Item key={id} value={`picture ${name} ${id}`} onSelect={choose(() => select(id))}>
          {name}
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function Samples({ choose }: GroupProps): ReactNode {
  const { samples } = useApp();
  return (
    <Command.Group heading="Sample pictures">
      {samples.map((sample) => (
        <Command.Item
          key={sample.url}
          value={`sample ${sample.label} ${sample.name}`}
          onSelect={choose(() => void addSamples([sample]))}
        >
          {sample.label}
          <span className="quiet">{sample.name}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function Models({ choose }: GroupProps): ReactNode {
  const { chooseModel } = useApp();
  const shipped = useModel((state) => state.shipped);
  const entries = useLibrary((state) => state.snapshot?.entries);
  return (
    <Command.Group heading="Models">
      {[...shipped, ...(entries ?? [])].map(({ id, title }) => (
        <Command.Item key={id} value={`model ${title} ${id}`} onSelect={choose(() => void chooseModel(id))}>
          {title}
          {id !== title && <span className="quiet">{id}</span>}
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function Classes({ choose }: GroupProps): ReactNode {
  const entry = entryOf(useModel((store) => store.state));
  const search = useView((view) => view.searchClasses);
  if (!entry) return null;
  return (
    <Command.Group heading="Classes">
      {entry.labels.map((label, index) => (
        <Command.Item
          // biome-ignore lint/suspicious/noArrayIndexKey: a class is its index; names need not be unique (ImageNet has two cranes)
          key={index}
          value={`class ${label} ${index}`}
          onSelect={choose(() => search(label))}
        >
          {label}
          <span className="quiet">class {index}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}
