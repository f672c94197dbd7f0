import { Image as ImageIcon, Sun, X } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { inputRect } from '../../../../models/attention/geometry.ts';
import { colorTable } from '../../../../models/drawing/color-maps.ts';
import type { Look } from '../../../../models/drawing/map-raster.ts';
import type { Analysis } from '../../../engine/protocol.ts';
import { useSettings } from '../../../stores/settings.ts';
import { useView } from '../../../stores/view.ts';
import { IconButton } from '../../../ui/button.tsx';
import { useElementSize } from '../../../ui/hooks/use-element-size.ts';
import { Segments } from '../../../ui/segments.tsx';
import { mapSubject } from '../map-words.ts';
import type { Inspection } from '../use-inspection.ts';
import { AtlasCells } from './atlas-cells.tsx';
import { type AtlasLayout, flowLayout, gridLayout } from './atlas-layout.ts';
import { type AtlasOrder, atlasScale, ordered, transposed } from './atlas-maps.ts';
import { AtlasMaps } from './atlas-maps-canvas.tsx';
import { AtlasReadout } from './atlas-readout.tsx';
import { AtlasState } from './atlas-state.tsx';
import { countText } from './atlas-words.ts';
import { usePublishedAtlas } from './shown-atlas.ts';
import { useAtlas } from './use-atlas.ts';
import './atlas.css';

const ORDERS: readonly { readonly value: AtlasOrder; readonly text: string; readonly tip: string }[] = [
  { value: 'block', text: 'block', tip: 'Blocks downwards, heads across' },
  {
    value: 'entropy',
    text: 'entropy',
    tip: 'The most focused heads first, by the mean entropy of their queries’ attention',
  },
  { value: 'distance', text: 'distance', tip: 'The most local heads first, by the mean distance they attend over' },
];

/** Every head of every block of the chosen stage at once, on one scale; in place of the large picture. */
export function Atlas({ inspection }: { readonly inspection: Inspection }) {
  const { analysis } = inspection;
  return analysis && <AtlasOf inspection={inspection} analysis={analysis} />;
}

function AtlasOf({ inspection, analysis }: { readonly inspection: Inspection; readonly analysis: Analysis }) {
  const stage = useView((state) => state.stage);
  const order = useView((state) => state.atlasOrder);
  const range = useView((state) => state.range);
  const locked = useView((state) => state.locked);
  const choose = useView((state) => state.choose);
  const [clipped, setClipped] = useState(false);
  const [overPicture, setOverPicture] = useState(false);
  const [hovered, setHovered] = useState<number | null>(null);
  const room = useRef<HTMLDivElement>(null);
  const size = useElementSize(room);
  const atlas = useAtlas(analysis);
  const { entries } = atlas;
  const report = analysis.stages[stage]!;
  const scale = useMemo(() => atlasScale(entries, range, locked, clipped), [entries, range, locked, clipped]);
  const tiles = inspection.tiles?.[stage]?.keys ?? null;
  const look = useLook(scale?.signed ?? false, overPicture);
  const inOrder = useMemo(() => ordered(entries, order), [entries, order]);
  const { runId } = analysis;
  // Taken away, a grid has blocks downwards whatever the window's shape.
  usePublishedAtlas(
    useMemo(
      () => (scale ? { runId, stage, entries: inOrder, order, scale, clipped: clipped && range !== 'locked' } : null),
      [runId, stage, inOrder, order, scale, clipped, range],
    ),
  );
  const { width, height } = size;
  const layout = useMemo((): AtlasLayout | null => {
    if (width === 0 || !tiles) return null;
    const seen = inputRect(tiles.window);
    const aspect = (seen.right - seen.left) / (seen.bottom - seen.top);
    const area = { width, height };
    return order === 'block'
      ? gridLayout(report.depth, report.heads, aspect, area)
      : flowLayout(report.depth * report.heads, aspect, area);
  }, [width, height, tiles, order, report]);
  const isTransposed = layout?.transposed ?? false;
  const shown = useMemo(() => (isTransposed ? transposed(inOrder) : inOrder), [inOrder, isTransposed]);
  const open = useCallback(
    (index: number) => {
      const chosen = shown[index];
      if (!chosen) return;
      const { view, setBlock, setHead } = useView.getState();
      setBlock(stage, chosen.block);
      setHead(report.heads > 1 ? chosen.head : null);
      // An attribution is of all blocks unless it is said to be of one.
      choose(view === 'attribution' ? { atlas: false, attributionBlock: 'one' } : { atlas: false });
    },
    [shown, stage, report, choose],
  );
  const drawable = shown.length > 0 && scale && tiles && layout;
  const entry = hovered === null ? null : (shown[hovered] ?? null);

  return (
    <section className="atlas" aria-label={`Atlas of stage ${stage + 1}`}>
      <header className="atlas-head">
        <h2>
          Stage {stage + 1} <span className="quiet">{countText(report.depth, report.heads)}</span>{' '}
          {entries[0] && (
            <span className="atlas-subject">{mapSubject(entries[0].map, inspection.entry?.labels ?? [])}</span>
          )}
        </h2>
        <span className="atlas-tools">
          <Segments label="Order" value={order} options={ORDERS} onChange={(next) => choose({ atlasOrder: next })} />
          <IconButton
            icon={Sun}
            label="End the colours at the 99th percentile, so that one sharp head does not darken the others"
            aria-pressed={clipped}
            disabled={range === 'locked'}
            onClick={() => setClipped(!clipped)}
          />
          <IconButton
            icon={ImageIcon}
            label="Picture beneath the maps"
            aria-pressed={overPicture}
            onClick={() => setOverPicture(!overPicture)}
          />
          <IconButton icon={X} label="Close the atlas" keys="A" onClick={() => choose({ atlas: false })} />
        </span>
      </header>
      <div ref={room} className="atlas-room">
        {drawable && (
          <div className="atlas-content" style={{ width: layout.width, height: layout.height }}>
            <AtlasMaps
              entries={shown}
              layout={layout}
              scale={scale}
              tiles={tiles}
              look={look}
              url={overPicture ? (inspection.image?.url ?? null) : null}
            />
            <AtlasCells
              entries={shown}
              order={order}
              layout={layout}
              stage={stage}
              onHover={setHovered}
              onOpen={open}
            />
          </div>
        )}
      </div>
      <AtlasState atlas={atlas} stageCount={analysis.stages.length} />
      <AtlasReadout entry={entry} scale={scale} clipped={clipped && range !== 'locked'} />
    </section>
  );
}

/** The maps as the settings have them, opaque unless they lie over the picture. */
function useLook(signed: boolean, overPicture: boolean): Look {
  const overlay = useSettings((settings) => settings.overlay);
  return useMemo(
    () => ({
      table: colorTable(signed ? overlay.divergingMap : overlay.colorMap),
      opacity: overPicture ? overlay.opacity : 1,
      fadeLow: overPicture && overlay.fadeLow,
      interpolation: overlay.interpolation,
    }),
    [overlay, signed, overPicture],
  );
}
