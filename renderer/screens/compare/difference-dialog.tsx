import { useMemo, useRef, useState } from 'react';
import { differenceMap, rasterGeometry } from '../../../models/compare/difference-map.ts';
import { mapCorrelation } from '../../../models/compare/map-correlation.ts';
import { colorTable } from '../../../models/drawing/color-maps.ts';
import { rasterMap } from '../../../models/drawing/map-raster.ts';
import type { MapScale, ScaleUnit } from '../../../models/drawing/map-scale.ts';
import type { Compared, ComparedColumn } from '../../compare/column-results.ts';
import { inDevicePixels } from '../../pipeline/paint.ts';
import type { TrayImage } from '../../stores/images.ts';
import { useSettings } from '../../stores/settings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { useCanvas } from '../../ui/hooks/use-canvas.ts';
import { type ElementSize, useElementSize } from '../../ui/hooks/use-element-size.ts';
import { Select } from '../../ui/select.tsx';
import { ColorBar } from '../inspect/color-bar.tsx';
import { scaleValue } from '../inspect/map-words.ts';
import { columnName, columnPlace, correlation } from './compare-words.ts';
import './difference.css';

interface DifferenceDialogProps {
  readonly compared: Compared;
  readonly image: TrayImage;
  /** Ids of the two columns to begin with. */
  readonly chosen: readonly [string, string];
  readonly onClose: () => void;
}

/** One column's map minus another's, over the part of the picture that both networks see. */
export function DifferenceDialog({ compared, image, chosen, onClose }: DifferenceDialogProps) {
  const [ids, setIds] = useState(chosen);
  const { done } = compared;
  const [a, b] = ids.map((id) => done.find(({ column }) => column.id === id) ?? null);
  const options = done.map((each) => ({
    value: each.column.id,
    text: `${each.letter} · ${columnName(each)}`,
  }));
  const found = useMemo(() => (a && b ? differenceOf(a, b) : null), [a, b]);
  return (
    <Dialog title="Difference of two maps" open onOpenChange={(open) => !open && onClose()}>
      <div className="difference">
        <div className="difference-choice">
          <Select label="First column" value={ids[0]} options={options} onChange={(id) => setIds([id, ids[1]])} />
          <span aria-hidden>−</span>
          <Select label="Second column" value={ids[1]} options={options} onChange={(id) => setIds([ids[0], id])} />
        </div>
        {a && b && found ? (
          <>
            <Drawn found={found} image={image} />
            <ColorBar scale={found.scale} marked={null} />
            <dl className="difference-facts">
              <dt>{a.letter}</dt>
              <dd>{a.map && columnPlace(a.map.choices, a.map.stages)}</dd>
              <dt>{b.letter}</dt>
              <dd>{b.map && columnPlace(b.map.choices, b.map.stages)}</dd>
              <dt>Correlation</dt>
              <dd>
                {found.correlation === null ? 'none: a map is the same all over' : correlation(found.correlation)}
              </dd>
              <dt>Largest difference</dt>
              <dd>{scaleValue(found.difference.max, false)}</dd>
            </dl>
          </>
        ) : (
          <p className="quiet">
            {a && b
              ? 'The two networks see no part of the picture in common, or a map is still being computed.'
              : 'A column is not finished.'}
          </p>
        )}
      </div>
    </Dialog>
  );
}

interface Found {
  readonly difference: NonNullable<ReturnType<typeof differenceMap>>;
  readonly scale: MapScale;
  readonly correlation: number | null;
  readonly of: NonNullable<NonNullable<ComparedColumn['map']>['shown']>['map'];
}

/** In multiples of uniform where both maps have them: probabilities depend on the number of keys. */
function differenceOf(a: ComparedColumn, b: ComparedColumn): Found | null {
  const [mapA, mapB] = [a.map?.shown?.map, b.map?.shown?.map];
  const [placedA, placedB] = [a.result.map, b.result.map];
  if (!mapA || !mapB || !placedA || !placedB) return null;
  const inUniform = mapA.uniform !== null && mapB.uniform !== null;
  const factors = inUniform ? { a: mapA.uniform ?? 1, b: mapB.uniform ?? 1 } : { a: 1, b: 1 };
  const difference = differenceMap(placedA, placedB, factors);
  if (!difference) return null;
  const unit: ScaleUnit = inUniform ? '× uniform' : mapA.unit;
  const scale = { unit, factor: 1, min: -difference.max, max: difference.max, signed: true };
  return { difference, scale, correlation: mapCorrelation(placedA, placedB), of: mapA };
}

function Drawn({ found, image }: { readonly found: Found; readonly image: TrayImage }) {
  const viewport = useRef<HTMLDivElement>(null);
  const size = useElementSize(viewport);
  const { pictureWidth, pictureHeight } = found.difference.window;
  const height = size.width > 0 ? Math.min(420, (size.width * pictureHeight) / pictureWidth) : 0;
  return (
    <div ref={viewport} className="difference-picture" style={{ height }}>
      {image.url && height > 0 && <Layers found={found} url={image.url} size={{ width: size.width, height }} />}
    </div>
  );
}

function Layers({ found, url, size }: { readonly found: Found; readonly url: string; readonly size: ElementSize }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { opacity, fadeLow, divergingMap } = useSettings((settings) => settings.overlay);
  const { difference, scale, of } = found;
  const { pictureWidth, pictureHeight } = difference.window;
  const fit = Math.min(size.width / pictureWidth, size.height / pictureHeight);
  const layout = {
    scale: fit,
    offsetX: (size.width - pictureWidth * fit) / 2,
    offsetY: (size.height - pictureHeight * fit) / 2,
  };
  useCanvas(canvas, size.width, size.height, (context, density) => {
    const { grid, cells, window } = difference;
    const map = { ...of, on: 'pixels' as const, grid, cells, cls: null, signed: true, uniform: null };
    const raster = rasterMap(
      map,
      scale,
      { geometry: rasterGeometry(grid), window },
      {
        ...inDevicePixels(layout, density),
        width: context.canvas.width,
        height: context.canvas.height,
      },
      { table: colorTable(divergingMap), opacity, fadeLow, interpolation: 'tiles' },
    );
    if (raster.width > 0 && raster.height > 0)
      context.putImageData(new ImageData(raster.data, raster.width, raster.height), raster.left, raster.top);
  });
  return (
    <>
      <img
        src={url}
        alt=""
        draggable={false}
        style={{
          left: layout.offsetX,
          top: layout.offsetY,
          width: pictureWidth * fit,
          height: pictureHeight * fit,
        }}
      />
      <canvas
        ref={canvas}
        data-testid="difference-map"
        aria-hidden
        style={{ width: size.width, height: size.height }}
      />
    </>
  );
}
