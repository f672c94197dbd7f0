/** Where the maps of an atlas lie, in CSS pixels of its scrolled content. */
export interface AtlasLayout {
  readonly columns: number;
  readonly rows: number;
  /** Of a grid: whether heads go downwards and blocks across. */
  readonly transposed: boolean;
  /** Of one map. */
  readonly mapWidth: number;
  readonly mapHeight: number;
  /** From one map's corner to the next one's. */
  readonly pitchX: number;
  readonly pitchY: number;
  /** Of the first map's corner. */
  readonly left: number;
  readonly top: number;
  /** Of all there is; higher than the room where it scrolls. */
  readonly width: number;
  readonly height: number;
}

export interface AtlasRoom {
  readonly width: number;
  readonly height: number;
}

/** What stands around the maps. */
interface Surround {
  /** Left of the rows. */
  readonly gutter: number;
  /** Over the columns. */
  readonly head: number;
  /** Under each map. */
  readonly caption: number;
}

const GRID: Surround = { gutter: 32, head: 22, caption: 0 };
const FLOW: Surround = { gutter: 0, head: 0, caption: 17 };
const GAP = 5;
const PADDING = 12;

/** The longer side of a map below which the atlas scrolls downwards instead. */
export const SMALL_MAP = 40;
/** Narrower than this the rows of a grid scroll sideways as well: 12² keys still have two pixels each. */
const SMALLEST_MAP = 24;
/** Beyond this a map is better looked at by itself. */
const LARGEST_MAP = 420;

/**
 * A row for each block and a column for each head; the other way round where that makes the maps larger, as it does for many
 * blocks of few heads. @param aspect width by height of a map
 */
export function gridLayout(blocks: number, heads: number, aspect: number, room: AtlasRoom): AtlasLayout {
  const upright = gridSide(heads, blocks, aspect, room);
  const across = gridSide(blocks, heads, aspect, room);
  // Below that size both scroll, and blocks are what is better scrolled through.
  return across > upright && across > SMALL_MAP
    ? { ...place(blocks, heads, across, aspect, room, GRID), transposed: true }
    : place(heads, blocks, upright, aspect, room, GRID);
}

function gridSide(columns: number, rows: number, aspect: number, room: AtlasRoom): number {
  const { width, height } = largest(columns, rows, aspect, room, GRID);
  const longer = Math.max(Math.min(width, height), Math.min(width, SMALL_MAP), SMALLEST_MAP);
  return Math.min(LARGEST_MAP, Math.floor(longer));
}

/** In reading order, in as many columns as make the maps largest. */
export function flowLayout(count: number, aspect: number, room: AtlasRoom): AtlasLayout {
  let columns = 1;
  let longer = 0;
  for (let candidate = 1; candidate <= count; candidate += 1) {
    const { width, height } = largest(candidate, Math.ceil(count / candidate), aspect, room, FLOW);
    const fits = Math.min(LARGEST_MAP, Math.floor(Math.min(width, height)));
    if (fits > longer) [longer, columns] = [fits, candidate];
  }
  if (longer < SMALL_MAP) {
    longer = SMALL_MAP;
    const pitch = longer * Math.min(1, aspect) + GAP;
    columns = Math.max(1, Math.min(count, Math.floor((room.width - 2 * PADDING + GAP) / pitch)));
  }
  return place(columns, Math.ceil(count / columns), longer, aspect, room, FLOW);
}

/** The longer side of a map when so many of them fill the room's width, and its height. */
function largest(columns: number, rows: number, aspect: number, room: AtlasRoom, around: Surround): AtlasRoom {
  const width = (room.width - 2 * PADDING - around.gutter - (columns - 1) * GAP) / columns;
  const height = (room.height - 2 * PADDING - around.head - (rows - 1) * GAP) / rows - around.caption;
  return { width: width / Math.min(1, aspect), height: height * Math.max(1, aspect) };
}

function place(
  columns: number,
  rows: number,
  longer: number,
  aspect: number,
  room: AtlasRoom,
  around: Surround,
): AtlasLayout {
  // Rounded down, or many rows of them would be a few pixels higher than the room.
  const mapWidth = Math.max(1, Math.floor(longer * Math.min(1, aspect)));
  const mapHeight = Math.max(1, Math.floor(longer / Math.max(1, aspect)));
  const pitchX = mapWidth + GAP;
  const pitchY = mapHeight + around.caption + GAP;
  const inner = { width: around.gutter + columns * pitchX - GAP, height: around.head + rows * pitchY - GAP };
  const spare = (have: number, need: number) => Math.max(PADDING, Math.floor((have - need) / 2));
  const left = spare(room.width, inner.width);
  const top = spare(room.height, inner.height);
  return {
    columns,
    rows,
    transposed: false,
    mapWidth,
    mapHeight,
    pitchX,
    pitchY,
    left: left + around.gutter,
    top: top + around.head,
    width: Math.max(room.width, inner.width + 2 * PADDING),
    height: Math.max(room.height, inner.height + 2 * PADDING),
  };
}

/** The corner of the map at `index` of the order shown. */
export function mapCorner(layout: AtlasLayout, index: number): { readonly x: number; readonly y: number } {
  return {
    x: layout.left + (index % layout.columns) * layout.pitchX,
    y: layout.top + Math.floor(index / layout.columns) * layout.pitchY,
  };
}

/** Where a key takes the focus; null where it is none of the grid's keys. It stops at the edges. */
export function moveFocus(key: string, from: number, columns: number, count: number): number | null {
  const col = from % columns;
  switch (key) {
    case 'ArrowLeft':
      return col > 0 ? from - 1 : from;
    case 'ArrowRight':
      return col < columns - 1 && from + 1 < count ? from + 1 : from;
    case 'ArrowUp':
      return from >= columns ? from - columns : from;
    case 'ArrowDown':
      return from + columns < count ? from + columns : from;
    case 'Home':
      return from - col;
    case 'End':
      return Math.min(count - 1, from - col + columns - 1);
    default:
      return null;
  }
}
