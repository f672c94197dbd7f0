import type { Figure } from '../../models/drawing/figure-svg.ts';
import type { Raster } from '../../models/drawing/map-raster.ts';
import { ShellError } from '../../models/errors.ts';

/** A drawn map as a PNG data URL. */
export async function rasterUrl({ data, width, height }: Raster): Promise<string> {
  const context = contextOf(width, height);
  context.putImageData(new ImageData(data, width, height), 0, 0);
  return context.canvas.toDataURL('image/png');
}

/**
 * A picture as a data URL, over white as the network sees it, oriented, no larger than a figure can show.
 * @param url of the picture, of this page
 * @param side the longer one's most pixels
 */
export async function pictureUrl(url: string, side: number): Promise<string> {
  const image = await loadImage(url);
  const scale = Math.min(1, side / Math.max(image.naturalWidth, image.naturalHeight));
  const width = Math.max(1, Math.round(image.naturalWidth * scale));
  const height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = contextOf(width, height);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  return context.canvas.toDataURL('image/png');
}

/** A figure as PNG. @param scale pixels a figure pixel */
export async function figurePng({ svg, width, height }: Figure, scale: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const context = contextOf(width * scale, height * scale);
    context.drawImage(await loadImage(url), 0, 0, width * scale, height * scale);
    const blob = await new Promise<Blob | null>((resolve) => context.canvas.toBlob(resolve, 'image/png'));
    if (!blob)
      throw undrawable(`A PNG of ${width * scale}×${height * scale} pixels could not be made. Try a smaller scale.`);
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function loadImage(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (error) {
    throw undrawable('The picture could not be drawn into the figure. Try a smaller scale.', error);
  }
  return image;
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw undrawable(`A canvas of ${width}×${height} pixels could not be made. Try a smaller scale.`);
  return context;
}

function undrawable(message: string, cause?: unknown): ShellError {
  return new ShellError('figure-undrawable', message, { cause });
}
