import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rankClasses } from '../../models/predictions.ts';
import { searchClasses } from '../../renderer/pipeline/predictions.ts';
import { matchesChord } from '../../renderer/screens/frame/chords.ts';
import { fitted } from '../../renderer/screens/inspect/use-zoom.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { rememberSettings, useSettings } from '../../renderer/stores/settings.ts';
import { useView } from '../../renderer/stores/view.ts';
import { duration, gridSizeShort, megabytes, percent, value } from '../../renderer/ui/format.ts';
import { keyNames } from '../../renderer/ui/kbd.tsx';
import { REPORT } from './fake-engine.ts';

test.each([
  [percent(0.812), '81.2\u202f%'],
  [percent(0), '0.0\u202f%'],
  [percent(0.0001), '<\u202f0.1\u202f%'],
  [percent(0.99999), '>\u202f99.9\u202f%'],
  [percent(1), '100.0\u202f%'],
  [duration(3.456), '3.5\u202fms'],
  [duration(412.4), '412\u202fms'],
  [duration(1234), '1.23\u202fs'],
  [megabytes(3_983_608), '4.0\u202fMB'],
  [value(0), '0'],
  [value(0.031249), '0.0312'],
  [value(0.0000123), '1.2e-5'],
  [value(19.64), '19.6'],
  [gridSizeShort({ rows: 56, cols: 56 }), '56²'],
  [gridSizeShort({ rows: 42, cols: 56 }), '56×42'],
])('%s', (written, expected) => {
  expect(written).toBe(expected);
});

test.each([
  { query: '', found: ['dog', 'sea dog', 'cat'] },
  { query: 'DOG', found: ['dog', 'sea dog'] },
  { query: 'dog sea', found: ['sea dog'] },
  { query: '0', found: ['cat'] },
  { query: 'horse', found: [] },
])('the class search “$query”', ({ query, found }) => {
  const ranked = rankClasses(Float32Array.of(0.1, 0.2, 0.7), ['cat', 'sea dog', 'dog']);
  expect(searchClasses(ranked, query).map(({ label }) => label)).toEqual(found);
});

const press = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
test.each([
  { event: { ...press, key: 'O' }, chord: 'o', matches: true },
  { event: { ...press, key: '?' }, chord: '?', matches: true },
  { event: { ...press, key: 'k', ctrlKey: true }, chord: 'mod+k', matches: true },
  { event: { ...press, key: 'k', metaKey: true }, chord: 'mod+k', matches: true },
  { event: { ...press, key: 'k' }, chord: 'mod+k', matches: false },
  { event: { ...press, key: 'o', ctrlKey: true }, chord: 'o', matches: false },
  { event: { ...press, key: '1', altKey: true }, chord: '1', matches: false },
  { event: { ...press, key: '?', shiftKey: true }, chord: '?', matches: true },
  { event: { ...press, key: 'C', shiftKey: true }, chord: 'shift+c', matches: true },
  { event: { ...press, key: 'C', shiftKey: true }, chord: 'c', matches: false },
  { event: { ...press, key: 'c' }, chord: 'shift+c', matches: false },
])('$event.key against $chord', ({ event, chord, matches }) => {
  expect(matchesChord(event, chord)).toBe(matches);
});

test('key caps are named as they are printed', () => {
  expect(keyNames('ArrowLeft')).toEqual(['←']);
  expect(keyNames('+')).toEqual(['+']);
  expect(keyNames('mod+z').at(-1)).toBe('Z');
});

test('a picture is fitted whole and centred', () => {
  const layout = fitted(440, 240, { width: 100, height: 100 });
  expect(layout).toEqual({ offsetX: 120, offsetY: 20, scale: 2 });
});

test('the view starts at the last stage and block, and keeps its place on another device', () => {
  const view = () => useView.getState();
  view().setStages(REPORT.stages);
  expect([view().stage, view().blocks]).toEqual([2, [0, 0, 1]]);
  view().stepBlock(-5);
  expect(view().blocks).toEqual([0, 0, 0]);
  for (const head of [0, 1, 2, 3, null]) {
    view().stepHead(1);
    expect(view().heads[2]).toBe(head);
  }
  view().setStages([...REPORT.stages]);
  expect(view().blocks).toEqual([0, 0, 0]);
  view().setStage(7);
  expect(view().stage).toBe(2);
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('what changed of the settings is written once it rests, and what waits before the page goes', async () => {
  const written: unknown[] = [];
  const flush = await rememberSettings(
    {
      readSettings: async () => ({ ...parseSettings(null), theme: 'dark' }),
      writeSettings: async (settings) => {
        written.push(settings);
      },
    },
    () => {},
  );
  expect(useSettings.getState().theme).toBe('dark');
  for (const opacity of [0.1, 0.2, 0.3]) useSettings.getState().updateOverlay({ opacity });
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1000);
  const moved = { overlay: { ...parseSettings(null).overlay, opacity: 0.3 } };
  expect(written).toEqual([moved]);
  useSettings.getState().update({ theme: 'light' });
  flush();
  expect(written).toEqual([moved, { theme: 'light' }]);
});

test('a change of the settings that could not be written goes with the next one', async () => {
  const written: unknown[] = [];
  const failures: unknown[] = [];
  let isFull = true;
  const flush = await rememberSettings(
    {
      readSettings: async () => parseSettings(null),
      writeSettings: async (change) => {
        if (isFull) throw new Error('The disk is full.');
        written.push(change);
      },
    },
    (error) => failures.push(error),
  );
  useSettings.getState().update({ theme: 'dark' });
  flush();
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  isFull = false;
  useSettings.getState().update({ device: 'wasm' });
  flush();
  expect(written).toEqual([{ theme: 'dark', device: 'wasm' }]);
});
