import { Keyboard, Search } from 'lucide-react';
import { type ScreenName, useScreen } from '../../stores/screen.ts';
import { BrandMark } from '../../ui/brand-mark.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Keys } from '../../ui/kbd.tsx';
import { Tip } from '../../ui/tooltip.tsx';
import { COMPARE_KEY } from '../compare/compare-actions.ts';
import { EVALUATE_KEY } from '../evaluate/words.ts';
import { DeviceChip } from './device-chip.tsx';
import { ModelChip } from './model-chip.tsx';
import { SettingsMenu } from './settings-menu.tsx';
import type { Action } from './use-actions.ts';
import './header.css';

interface HeaderProps {
  readonly actions: readonly Action[];
  readonly onPalette: () => void;
  readonly onShortcuts: () => void;
}

export function Header({ actions, onPalette, onShortcuts }: HeaderProps) {
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
        <SettingsMenu actions={actions} />
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
