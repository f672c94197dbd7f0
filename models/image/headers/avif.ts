import { type Box, boxes, brands } from './iso-boxes.ts';
import { MalformedHeader, type ParsedHeader, UnsupportedImage } from './parsed-header.ts';

/**
 * AVIF (AV1 Image File Format, over ISO/IEC 23008-12): the primary item's `ispe` property. Rotation is a property of the file
 * (`irot`, `imir`) that every decoder applies by itself, so the orientation is 1 here.
 */
export function parseAvif(view: DataView): ParsedHeader {
  const animated = brands(view)?.includes('avis') ?? false;
  for (const box of boxes(view, 0, view.byteLength)) {
    if (box.type === 'meta') {
      need(view, box);
      return { ...primarySize(view, box), orientation: 1, animated };
    }
    if (box.type === 'mdat' && box.end > view.byteLength) view.getUint8(box.end); // `meta` lies behind the pixels
  }
  if (animated) throw new UnsupportedImage('AVIF sequences without a still picture');
  throw new MalformedHeader('the AVIF has no meta box');
}

function primarySize(view: DataView, meta: Box): { width: number; height: number } {
  // `meta` is a full box: four bytes of version and flags come before its children.
  const children = [...boxes(view, meta.start + 4, meta.end)];
  const primary = children.find((box) => box.type === 'pitm');
  const properties = children.find((box) => box.type === 'iprp');
  if (!primary || !properties) throw new MalformedHeader('the AVIF names no primary picture');
  const item =
    view.getUint8(primary.start) === 0 ? view.getUint16(primary.start + 4) : view.getUint32(primary.start + 4);
  const parts = [...boxes(view, properties.start, properties.end)];
  const container = parts.find((box) => box.type === 'ipco');
  const list = container ? [...boxes(view, container.start, container.end)] : [];
  for (const association of parts.filter((box) => box.type === 'ipma'))
    for (const index of propertiesOf(view, association, item)) {
      const property = list[index - 1];
      if (property?.type === 'ispe')
        return { width: view.getUint32(property.start + 4), height: view.getUint32(property.start + 8) };
    }
  throw new MalformedHeader('the AVIF does not tell its size');
}

/** The 1-based property indices that an `ipma` box gives `item`. */
function propertiesOf(view: DataView, { start, end }: Box, item: number): number[] {
  const version = view.getUint8(start);
  const wide = (view.getUint8(start + 3) & 1) === 1;
  const entries = view.getUint32(start + 4);
  let at = start + 8;
  for (let entry = 0; entry < entries && at < end; entry++) {
    const id = version < 1 ? view.getUint16(at) : view.getUint32(at);
    at += version < 1 ? 2 : 4;
    const count = view.getUint8(at++);
    if (id === item)
      return Array.from({ length: count }, (_, i) =>
        wide ? view.getUint16(at + 2 * i) & 0x7fff : view.getUint8(at + i) & 0x7f,
      );
    at += count * (wide ? 2 : 1);
  }
  return [];
}

/** Asks for a box's last byte, so that a box cut off here is told apart from one that contradicts itself. */
function need(view: DataView, box: Box): void {
  view.getUint8(box.end - 1);
}
