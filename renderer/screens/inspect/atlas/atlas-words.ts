import type { AtlasEntry, AtlasOrder } from './atlas-maps.ts';

const THIN = '\u202f';

export function bits(entropy: number): string {
  return `${entropy.toFixed(1)}${THIN}bits`;
}

export function pixels(distance: number): string {
  return `${distance < 10 ? distance.toFixed(1) : Math.round(distance)}${THIN}px`;
}

/** `stage 3, block 4, head 2, entropy 3.1 bits, distance 45 px`. Stages, blocks and heads are counted from 1. */
export function entryName({ map, block, head, entropy, distance }: AtlasEntry): string {
  const parts = [`stage ${map.stage + 1}`, `block ${block + 1}`, `head ${head + 1}`];
  if (entropy !== null) parts.push(`entropy ${bits(entropy)}`);
  if (distance !== null) parts.push(`distance ${pixels(distance)}`);
  return parts.join(', ');
}

/** Under a map in reading order: which one it is and what the order goes by, as far as there is room. */
export function captionOf(entry: AtlasEntry, order: AtlasOrder, width: number): string {
  if (order === 'block') return '';
  const value = entry[order];
  const place = `b${entry.block + 1} h${entry.head + 1}`;
  if (value === null) return width >= 44 ? place : '';
  const text = order === 'entropy' ? bits(value) : pixels(value);
  if (width >= 96) return `${place} · ${text}`;
  return order === 'entropy' && width < 50 ? value.toFixed(1) : text;
}

/** `4 blocks × 4 heads`, or `1 block, 1 head`. */
export function countText(blocks: number, heads: number): string {
  const of = (count: number, noun: string) => `${count} ${count === 1 ? noun : `${noun}s`}`;
  return `${of(blocks, 'block')} × ${of(heads, 'head')}`;
}
