import { useEffect, useState } from 'react';
import type { TrayImage } from '../../stores/images.ts';

/**
 * Address of the picture as the network sees it: of a file with several frames the first, which a browser would play on from.
 * Null while the still is made, and where it cannot be.
 */
export function useStill({ file, url, frames }: TrayImage): string | null {
  const [still, setStill] = useState<{ readonly file: Blob; readonly url: string } | null>(null);
  const moves = frames !== null;
  useEffect(() => {
    if (!moves) return;
    let made: string | null = null;
    let isLeft = false;
    void firstFrame(file).then(
      (blob) => {
        if (isLeft) return;
        made = URL.createObjectURL(blob);
        setStill({ file, url: made });
      },
      // The engine, which decodes it too, says why it cannot be.
      () => {},
    );
    return () => {
      isLeft = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [file, moves]);
  if (!moves) return url;
  return still?.file === file ? still.url : null;
}

async function firstFrame(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
  return canvas.convertToBlob();
}
