import { Keyboard, Monitor, Moon, Search, Sun } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { Settings } from '../../shell/settings.ts';
import { type ScreenName, useScreen } from '../../stores/screen.ts';
import { useSettings } from '../../stores/settings.ts';
import { IconButton } from '../../ui/button.tsx';
import { Keys } from '../../ui/kbd.tsx';
import { Tip } from '../../ui/tooltip.tsx';
import { COMPARE_KEY } from '../compare/compare-actions.ts';
import { EVALUATE_KEY } from '../evaluate/words.ts';
import { DeviceChip } from './device-chip.tsx';
import { ModelChip } from './model-chip.tsx';
import './header.css';

interface HeaderProps {
  readonly onPalette: () => void;
  readonly onShortcuts: () => void;
}

export function Header({ onPalette, onShortcuts }: HeaderProps) {
  return (
    <header className="header">
      <div className="header-start">
        <h1 className="brand">
          <BrandMark />
          <span>CvT Lens</span>
        </h1>
        <Tabs />
      </div>
      <button type="button" className="search-everything" onClick={onPalette}>
        <Search size={14} aria-hidden />
        <span>Search</span>
        <Keys keys="mod+k" />
      </button>
      <div className="header-end">
        <ModelChip />
        <DeviceChip />
        <span className="header-rule" />
        <IconButton icon={Keyboard} label="Keyboard shortcuts" keys="?" onClick={onShortcuts} />
        <ThemeMenu />
      </div>
    </header>
  );
}

const TABS: readonly { readonly screen: ScreenName; readonly text: string; readonly keys: string }[] = [
  { screen: 'inspect', text: 'Inspect', keys: 'i' },
  { screen: 'compare', text: 'Compare', keys: COMPARE_KEY },
  { screen: 'evaluate', text: 'Evaluate', keys: EVALUATE_KEY },
  { screen: 'models', text: 'Models', keys: 'l' },
];

function Tabs() {
  const { screen, show } = useScreen();
  return (
    <nav className="tabs" aria-label="Screens">
      {TABS.map((tab) => (
        <Tip key={tab.screen} label={tab.text} keys={tab.keys}>
          <button
            type="button"
            className="tab"
            aria-current={tab.screen === screen ? 'page' : undefined}
            onClick={() => show(tab.screen)}
          >
            {tab.text}
          </button>
        </Tip>
      ))}
    </nav>
  );
}

/** Three grids, each coarser than the one before: the stages. */
function BrandMark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden className="brand-mark">
      <rect x="1" y="1" width="18" height="18" rx="4" className="brand-far" />
      <rect x="1" y="1" width="12" height="12" rx="3" className="brand-mid" />
      <rect x="1" y="1" width="6" height="6" rx="2" className="brand-near" />
    </svg>
  );
}

const THEMES: readonly { readonly value: Settings['theme']; readonly text: string; readonly icon: typeof Sun }[] = [
  { value: 'system', text: 'Follow the system', icon: Monitor },
  { value: 'light', text: 'Light', icon: Sun },
  { value: 'dark', text: 'Dark', icon: Moon },
];

function ThemeMenu() {
  const theme = useSettings((settings) => settings.theme);
  const update = useSettings((settings) => settings.update);
  const current = THEMES.find(({ value }) => value === theme) ?? THEMES[0]!;
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={current.icon} label={`Theme: ${current.text.toLowerCase()}`} />
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
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
