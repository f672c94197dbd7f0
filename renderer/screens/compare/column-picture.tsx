import { type KeyboardEvent, type MouseEvent, useRef } from 'react';
import type { Point } from '../../../models/attention/geometry.ts';
import { pressAt, stepCursor } from '../../compare/linked-cursor.ts';
import type { Layout } from '../../pipeline/paint.ts';
import type { ColumnMap } from '../../stores/column-maps.ts';
import { type Column, type ColumnState, columnLetter } from '../../stores/compare.ts';
import { asksPlace, useCompareView } from '../../stores/compare-view.ts';
import type { PictureSize, TrayImage } from '../../stores/images.ts';
import { type ElementSize, useElementSize } from '../../ui/hooks/use-element-size.ts';
import { VeilLayer } from '../inspect/veil-layer.tsx';
import { ColumnMapLayer, ColumnMarksLayer } from './column-layers.tsx';
import { ColumnState as StateCard } from './column-state.tsx';
import '../inspect/picture.css';

interface ColumnPictureProps {
  readonly column: Column;
  readonly at: number;
  readonly image: TrayImage;
  readonly state: ColumnState;
  /** Null until the column is finished. */
  readonly map: ColumnMap | null;
}

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The picture under one network's map. A point of it is the same point in every column. */
export function ColumnPicture({ column, at, image, state, map }: ColumnPictureProps) {
  const viewport = useRef<HTMLElement>(null);
  const viewportSize = useElementSize(viewport);
  const analysed = state.kind === 'done' ? state.analysis.window : null;
  const size: PictureSize = analysed
    ? { width: analysed.pictureWidth, height: analysed.pictureHeight }
    : (image.size ?? { width: 1, height: 1 });
  const layout = fitted(viewportSize, size);
  const asking = useCompareView(asksPlace);
  const { pointAt } = useCompareView.getState();

  const onPointerMove = (event: MouseEvent) => {
    const point = toPicture(event, layout);
    const inside = point.x >= 0 && point.y >= 0 && point.x < size.width && point.y < size.height;
    pointAt(map && inside ? point : null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (!arrow || !map || event.target !== event.currentTarget) return;
    stepCursor(map, arrow);
    event.preventDefault();
  };
  return (
    <section
      ref={viewport}
      className="picture column-picture"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the one cursor
      tabIndex={0}
      aria-label={`${image.name} in column ${columnLetter(at)}. Arrow keys move the cursor of all columns.`}
      data-asking={asking || undefined}
      onPointerMove={onPointerMove}
      onPointerLeave={() => pointAt(null)}
      onClick={(event) => map && pressAt(map, toPicture(event, layout))}
      onKeyDown={onKeyDown}
    >
      {image.url && (
        <img
          className="picture-image"
          src={image.url}
          alt=""
          draggable={false}
          style={{
            width: size.width,
            height: size.height,
            transform: `translate(${layout.offsetX}px, ${layout.offsetY}px) scale(${layout.scale})`,
          }}
        />
      )}
      {image.url && map && (
        <>
          <ColumnMapLayer map={map} viewport={viewportSize} layout={layout} />
          {analysed && <VeilLayer seen={analysed} layout={layout} size={size} />}
          <ColumnMarksLayer map={map} viewport={viewportSize} layout={layout} />
        </>
      )}
      <StateCard column={column} image={image} state={state} map={map} />
    </section>
  );
}

/** The whole picture, as large as it goes. */
function fitted({ width, height }: ElementSize, picture: PictureSize): Layout {
  const scale = Math.max(0.001, Math.min(width / picture.width, height / picture.height));
  return { scale, offsetX: (width - picture.width * scale) / 2, offsetY: (height - picture.height * scale) / 2 };
}

function toPicture(event: MouseEvent, { offsetX, offsetY, scale }: Layout): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: (event.clientX - box.left - offsetX) / scale, y: (event.clientY - box.top - offsetY) / scale };
}
