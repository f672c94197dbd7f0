import { ClipboardCopy, Info, Keyboard, type LucideIcon, Monitor, Moon, Scale, Settings2, Sun } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { Settings } from '../../shell/settings.ts';
import { useSettings } from '../../stores/settings.ts';
import { IconButton } from '../../ui/button.tsx';
import { Keys } from '../../ui/kbd.tsx';
import type { Action } from './use-actions.ts';

const THEMES: readonly { readonly value: Settings['theme']; readonly text: string; readonly icon: LucideIcon }[] = [
  { value: 'system', text: 'Follow the system', icon: Monitor },
  { value: 'light', text: 'Light', icon: Sun },
  { value: 'dark', text: 'Dark', icon: Moon },
];

/** Actions of the table that this menu shows too. */
const ITEMS: readonly { readonly id: string; readonly icon: LucideIcon }[] = [
  { id: 'shortcuts', icon: Keyboard },
  { id: 'diagnostics', icon: ClipboardCopy },
  { id: 'licences', icon: Scale },
  { id: 'about', icon: Info },
];

/** The look of the app, and what is to be known about it. */
export function SettingsMenu({ actions }: { readonly actions: readonly Action[] }) {
  const theme = useSettings((settings) => settings.theme);
  const update = useSettings((settings) => settings.update);
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={Settings2} label="Settings and help" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.Label className="menu-label">Theme</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={theme}>
            {THEMES.map(({ value, text, icon: Icon }) => (
              <DropdownMenu.RadioItem
                key={value}
                value={value}
                className="menu-item"
                onSelect={() => update({ theme: value })}
              >
                <Icon size={16} aria-hidden />
                {text}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="menu-separator" />
          {ITEMS.map(({ id, icon: Icon }) => {
            const action = actions.find((each) => each.id === id);
            return (
              action && (
                <DropdownMenu.Item key={id} className="menu-item" onSelect={action.run}>
                  <Icon size={16} aria-hidden />
                  {action.title}
                  {action.keys[0] && (
                    <span className="menu-end">
                      <Keys keys={action.keys[0]} />
                    </span>
                  )}
                </DropdownMenu.Item>
              )
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
