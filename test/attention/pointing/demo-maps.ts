import type { StudiedPicture, StudyModel } from '../../../electron/inference/study-model.ts';
import type { AttentionMap } from '../../../models/attention/attention-map.ts';
import { pixelAxis } from '../../../models/attention/axis-geometry.ts';
import { type GridGeometry, stageGeometries } from '../../../models/attention/geometry.ts';
import {
  attributionMap,
  receivedMap,
  rolloutPixelMap,
  rolloutStageMap,
  rowMap,
  stageRowMap,
} from '../../../models/attention/maps.ts';
import { type StageGrids, stageGrids } from '../../../models/cvt/grids.ts';

/** The demo checkpoint's last stage, the one with a CLS token, and its last block. */
const STAGE = 2;
const BLOCK = 3;

/** A map and where its cells lie. */
export interface PlacedMap {
  readonly map: AttentionMap;
  readonly grid: GridGeometry;
}

export const MAP_NAMES = [
  'CLS, last block',
  'CLS, mean of the last stage',
  'received, last block',
  'rollout, stage 3 tokens',
  'rollout, stage 2 tokens',
  'rollout, stage 1 tokens',
  'rollout, pixels',
  'attribution, last block',
  'attribution',
] as const;
export type MapName = (typeof MAP_NAMES)[number];

/** What the demo checkpoint's maps of a picture are made from. */
export class DemoMaps {
  readonly #model: StudyModel;
  readonly #grids: readonly StageGrids[];
  readonly #keys: GridGeometry;
  readonly #tokens: readonly GridGeometry[];

  constructor(model: StudyModel) {
    const { height, width } = model.preprocessing;
    const geometries = stageGeometries(model.checkpoint.spec, height, width);
    this.#model = model;
    this.#grids = stageGrids(model.checkpoint.spec, height, width);
    this.#keys = geometries[STAGE]!.keys;
    this.#tokens = geometries.map(({ tokens }) => tokens);
  }

  /** Every map of one picture that points somewhere. @param label whose logit is taken apart */
  async all(picture: StudiedPicture, label: string): Promise<ReadonlyMap<MapName, PlacedMap>> {
    const place = { stage: STAGE, block: BLOCK, head: null };
    const grids = this.#grids[STAGE]!;
    const received = receivedMap(place, grids, picture.received[STAGE]![BLOCK]!);
    const [pixels, ...stages] = await this.#rollout(picture);
    return new Map<MapName, PlacedMap>([
      ['CLS, last block', await this.cls(picture)],
      ['CLS, mean of the last stage', await this.#meanOfCls(picture)],
      ['received, last block', { map: received, grid: this.#keys }],
      ['rollout, stage 3 tokens', stages[2]!],
      ['rollout, stage 2 tokens', stages[1]!],
      ['rollout, stage 1 tokens', stages[0]!],
      ['rollout, pixels', pixels!],
      ['attribution, last block', await this.attribution(picture, label, null, BLOCK)],
      ['attribution', await this.attribution(picture, label, null, null)],
    ]);
  }

  /** Of the last block, mean of its heads. */
  async cls({ studies }: StudiedPicture): Promise<PlacedMap> {
    const row = await studies.row(STAGE, BLOCK, null, 0);
    return { map: rowMap({ stage: STAGE, block: BLOCK, head: null }, this.#grids[STAGE]!, 0, row), grid: this.#keys };
  }

  /** Of `label`, or of it against `contrast`; all heads, and all blocks where `block` is null. */
  async attribution(
    { studies }: StudiedPicture,
    label: string,
    contrast: string | null,
    block: number | null,
  ): Promise<PlacedMap> {
    const names = contrast === null ? [label] : [label, contrast];
    const [target, against] = await studies.attribution(names.map((name) => this.#model.labels.indexOf(name)));
    const heads = this.#model.checkpoint.spec.stages[STAGE]!.numHeads;
    const choice = { block, head: null };
    return {
      map: attributionMap(STAGE, this.#grids[STAGE]!, heads, target!, against ?? null, choice),
      grid: this.#keys,
    };
  }

  async #meanOfCls({ studies }: StudiedPicture): Promise<PlacedMap> {
    const { numHeads, depth } = this.#model.checkpoint.spec.stages[STAGE]!;
    const rows = await studies.stageRows(STAGE, 0);
    const maps = Array.from({ length: depth }, (_, block) =>
      stageRowMap({ stage: STAGE, block, head: null }, this.#grids[STAGE]!, numHeads, 0, rows),
    );
    const cells = maps[0]!.cells.map((_, cell) => maps.reduce((sum, map) => sum + map.cells[cell]! / depth, 0));
    return { map: { ...maps[0]!, block: null, cells }, grid: this.#keys };
  }

  /** Of pixels, then of the tokens of stages 1 to 3. */
  async #rollout({ studies }: StudiedPicture): Promise<readonly PlacedMap[]> {
    const { height, width } = this.#model.preprocessing;
    const rollout = await studies.rollout({ kind: 'answer' }, 'uniform');
    const pixels = rolloutPixelMap(rollout, { rows: height, cols: width });
    return [
      { map: pixels, grid: { rows: pixelAxis(height), cols: pixelAxis(width) } },
      ...this.#tokens.map((grid, stage) => ({ map: rolloutStageMap(rollout, stage, this.#grids[stage]!)!, grid })),
    ];
  }
}
