import { useEffect } from 'react';
import { useView } from '../../stores/view.ts';
import { matchesChord } from './chords.ts';
import { OVERLAY_ACTION } from './map-actions.ts';
import type { Action } from './use-actions.ts';

/** A key held longer than this peeks; shorter, it toggles. */
const HOLD_MS = 250;

/** Runs the action whose chord is pressed, wherever the focus is, unless the focused control needs the key itself. */
export function useShortcuts(actions: readonly Action[]): void {
  useEffect(() => {
    let overlayDownAt: number | null = null;
    const overlay = actions.find((action) => action.id === OVERLAY_ACTION);

    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const action = actions.find(({ keys }) => keys.some((chord) => matchesChord(event, chord)));
      if (!action || belongsToControl(event)) return;
      event.preventDefault();
      if (action !== overlay) return action.run();
      if (event.repeat) return;
      overlayDownAt = event.timeStamp;
      useView.getState().peek(true);
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (overlayDownAt === null || event.key.toLowerCase() !== 'o') return;
      if (event.timeStamp - overlayDownAt < HOLD_MS) overlay?.run();
      release();
    };
    const release = () => {
      overlayDownAt = null;
      useView.getState().peek(false);
    };

    addEventListener('keydown', onKeyDown);
    addEventListener('keyup', onKeyUp);
    // A key that is released in another window never says so here.
    addEventListener('blur', release);
    return () => {
      removeEventListener('keydown', onKeyDown);
      removeEventListener('keyup', onKeyUp);
      removeEventListener('blur', release);
    };
  }, [actions]);
}

/** Whether the focused control has a use of its own for the key, or a popup has the keyboard to itself. */
function belongsToControl(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return false;
  const withModifier = event.ctrlKey || event.metaKey;
  if (target.closest('input, textarea, [contenteditable="true"]')) return !(withModifier && event.key === 'k');
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"].menu')) return true;
  const arrow = event.key.startsWith('Arrow');
  return arrow && target.closest('[role="slider"], [role="radio"], [role="radiogroup"]') !== null;
}
