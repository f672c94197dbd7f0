/** The overview's squares are up to 144 CSS pixels, the tray's 72; the latter stay sharp on dense screens. */
const SIDE = 144;

/**
 * A picture's centre square, at most {@link SIDE} pixels; over white, as the network sees transparency. A thousand full pictures
 * behind `<img>` would each be decoded whole. Null where the browser cannot decode the file: the engine, which tries next, says
 * why.
 * @param size in pixels, orientation applied
 */
export async function makeThumbnail(
  file: Blob,
  size: { readonly width: number; readonly height: number },
): Promise<Blob | null> {
  const square = Math.min(size.width, size.height);
  const side = Math.min(SIDE, square);
  const left = Math.floor((size.width - square) / 2);
  const top = Math.floor((size.height - square) / 2);
  const resize = { resizeWidth: side, resizeHeight: side, resizeQuality: 'medium' } as const;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, left, top, square, square, resize);
  } catch {
    return null;
  }
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  if (context) {
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, side, side);
    context.drawImage(bitmap, 0, 0);
  }
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
}
