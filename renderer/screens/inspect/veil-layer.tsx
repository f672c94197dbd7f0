import { inputRect } from '../../../models/attention/geometry.ts';
import type { InputWindow } from '../../../models/image/preprocessing.ts';
import { toDevice } from '../../pipeline/paint.ts';
import type { PictureSize } from '../../stores/images.ts';
import { useView } from '../../stores/view.ts';
import type { PictureLayout } from './use-zoom.ts';

interface VeilLayerProps {
  readonly seen: InputWindow;
  readonly layout: PictureLayout;
  readonly size: PictureSize;
}

/** Over the picture: what the crop leaves out, under a veil, and the border of what it does not. */
export function VeilLayer({ seen, layout, size }: VeilLayerProps) {
  const peeking = useView((state) => state.peeking);
  const picture = toDevice({ left: 0, top: 0, right: size.width, bottom: size.height }, layout);
  const { left, top, right, bottom } = toDevice(inputRect(seen), layout);
  const gaps = [left - picture.left, top - picture.top, picture.right - right, picture.bottom - bottom];
  // Resampling rounds the long side down, so that even an uncropped side may differ by a fraction of a pixel.
  if (gaps.every((gap) => Math.abs(gap) <= 1.5)) return null;
  const at = (x: number, y: number) => `${x - picture.left}px ${y - picture.top}px`;
  const hole = [at(left, top), at(right, top), at(right, bottom), at(left, bottom), at(left, top)].join(', ');
  return (
    <div className="picture-veil" data-peeking={peeking || undefined} aria-hidden>
      <span
        className="picture-veil-cover"
        style={{
          left: picture.left,
          top: picture.top,
          width: picture.right - picture.left,
          height: picture.bottom - picture.top,
          clipPath: `polygon(evenodd, 0 0, 100% 0, 100% 100%, 0 100%, 0 0, ${hole})`,
        }}
      />
      <span className="picture-veil-border" style={{ left, top, width: right - left, height: bottom - top }} />
    </div>
  );
}
