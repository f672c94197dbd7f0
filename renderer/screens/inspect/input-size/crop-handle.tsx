import { Move } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { inputRect } from '../../../../models/attention/geometry.ts';
import { isCropped } from '../../../../models/image/input-size.ts';
import { inputWindow } from '../../../../models/image/preprocess.ts';
import { CENTRE, type CropPosition, type InputWindow } from '../../../../models/image/preprocessing.ts';
import type { ModelEntry } from '../../../shell/shell.ts';
import type { TrayImage } from '../../../stores/images.ts';
import { preprocessingFor } from '../../../stores/input.ts';
import { useSettings } from '../../../stores/settings.ts';
import { Tip } from '../../../ui/tooltip.tsx';
import { useApp } from '../../frame/app-context.ts';
import type { PictureLayout } from '../use-zoom.ts';
import { freePlay, movedCrop } from './crop-move.ts';
import './input-size.css';

interface CropHandleProps {
  readonly image: TrayImage;
  readonly entry: ModelEntry | null;
  readonly layout: PictureLayout;
}

/** Width of the border that can be dragged, in CSS pixels. */
const EDGE = 10;
/** What the grip takes with a margin, in CSS pixels. */
const GRIP_ROOM = 34;
/** An arrow key moves the crop by this share of the input's side; with shift by one input pixel. */
const KEY_STEP = 1 / 16;

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The border of the crop, to be dragged or moved by arrow keys where part of the picture is cut off. The picture is run
 * again when the crop comes to rest.
 */
export function CropHandle({ image, entry, layout }: CropHandleProps) {
  // The preprocessing follows from it.
  useSettings((settings) => settings.input);
  if (!image.size || !entry || image.status.kind === 'loading') return null;
  const preprocessing = preprocessingFor(image, entry);
  if (!isCropped(preprocessing, image.size)) return null;
  return <Handle key={image.id} {...{ image, layout }} windowAt={(crop) => windowAt(image, entry, crop)} />;
}

interface HandleProps extends Omit<CropHandleProps, 'entry'> {
  readonly windowAt: (crop: CropPosition | null) => InputWindow;
}

function Handle({ image, layout, windowAt }: HandleProps) {
  const { input: actions } = useApp();
  const root = useRef<HTMLDivElement>(null);
  /** Where it is while it is being moved; null at rest. */
  const [moving, setMoving] = useState<CropPosition | null>(null);
  const grabbed = useRef<{ readonly from: CropPosition; readonly x: number; readonly y: number } | null>(null);
  usePressesToItself(root);

  const now = moving ?? image.crop ?? CENTRE;
  const window = windowAt(now);
  const seen = inputRect(window);
  const left = layout.offsetX + seen.left * layout.scale;
  const top = layout.offsetY + seen.top * layout.scale;
  const width = (seen.right - seen.left) * layout.scale;
  const height = (seen.bottom - seen.top) * layout.scale;

  const settle = () => {
    grabbed.current = null;
    setMoving(null);
    if (moving && !isSame(moving, image.crop ?? CENTRE))
      actions.moveCrop(image.id, isSame(moving, CENTRE) ? null : moving);
  };
  const grab = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      grabbed.current = { from: now, x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      event.stopPropagation();
      if (!grabbed.current) return;
      const { from, x, y } = grabbed.current;
      setMoving(movedCrop(from, (event.clientX - x) / layout.scale, (event.clientY - y) / layout.scale, window));
    },
    onPointerUp: settle,
    onPointerCancel: () => {
      grabbed.current = null;
      setMoving(null);
    },
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      const share = event.shiftKey ? 1 : Math.max(1, KEY_STEP * Math.min(window.inputWidth, window.inputHeight));
      setMoving(movedCrop(now, arrow[0] * share * window.scaleX, arrow[1] * share * window.scaleY, window));
    } else if (event.key === 'Home') setMoving(CENTRE);
    else if (event.key === 'Escape' && moving) setMoving(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const edges = [
    { left: left - EDGE / 2, top: top - EDGE / 2, width: width + EDGE, height: EDGE },
    { left: left - EDGE / 2, top: top + height - EDGE / 2, width: width + EDGE, height: EDGE },
    { left: left - EDGE / 2, top, width: EDGE, height },
    { left: left + width - EDGE / 2, top, width: EDGE, height },
  ];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps presses from the picture, has no behaviour of its own
    // biome-ignore lint/a11y/useKeyWithClickEvents: likewise
    <div ref={root} className="crop-handle" onClick={(event) => event.stopPropagation()}>
      {moving && <div className="crop-frame" style={{ left, top, width, height }} />}
      {edges.map((style, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the four edges have no other name and never change places
        <div key={index} className="crop-edge" style={style} {...grab} />
      ))}
      <Tip label="Drag to move what the network sees; arrow keys move it, Home centres it" side="right">
        <button
          type="button"
          className="crop-grip"
          data-testid="crop-grip"
          data-moving={moving !== null || undefined}
          aria-label={`Crop: ${placeWords(now, window)}. Arrow keys move it, Home centres it.`}
          style={gripPlace(left, top)}
          onKeyDown={onKeyDown}
          onKeyUp={(event) => event.key !== 'Shift' && settle()}
          onBlur={settle}
          {...grab}
        >
          <Move size={14} aria-hidden />
        </button>
      </Tip>
    </div>
  );
}

/** Beside the crop where there is room: inside it would hide the cell in the corner, often the strongest. */
function gripPlace(left: number, top: number) {
  if (left >= GRIP_ROOM) return { left: left - GRIP_ROOM + 2, top };
  if (top >= GRIP_ROOM) return { left, top: top - GRIP_ROOM + 2 };
  return { left: left + 6, top: top + 6 };
}

/** The zoom behaviour listens on the picture's own element, which React's events reach too late. */
function usePressesToItself(root: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const element = root.current;
    const keep = (event: Event) => event.stopPropagation();
    for (const type of ['mousedown', 'touchstart', 'dblclick']) element?.addEventListener(type, keep);
    return () => {
      for (const type of ['mousedown', 'touchstart', 'dblclick']) element?.removeEventListener(type, keep);
    };
  }, [root]);
}

function windowAt(image: TrayImage, entry: ModelEntry, crop: CropPosition | null): InputWindow {
  const { width, height } = image.size!;
  return inputWindow(width, height, preprocessingFor({ ...image, crop }, entry));
}

function isSame(a: CropPosition, b: CropPosition): boolean {
  return a.x === b.x && a.y === b.y;
}

function placeWords(crop: CropPosition, window: InputWindow): string {
  const play = freePlay(window);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const parts = [
    play.x >= 1 ? `${percent(crop.x)} across` : null,
    play.y >= 1 ? `${percent(crop.y)} down` : null,
  ].filter((part) => part !== null);
  return parts.join(', ');
}
