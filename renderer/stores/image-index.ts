import type { ImageStatus, TrayImage } from './images.ts';

export type StatusKind = ImageStatus['kind'];

const KINDS: readonly StatusKind[] = ['loading', 'queued', 'running', 'classified', 'done', 'stopped', 'error'];

/** How many pictures stand at each status. */
export type StatusCounts = Readonly<Record<StatusKind, number>>;

/** Where each picture of the tray stands, and which have a status: what would otherwise be searched for in thousands. */
export class ImageIndex {
  #images: readonly TrayImage[] = [];
  #positions = new Map<string, number>();
  #byStatus = emptySets();

  /** Makes the index one of this list. Free where it is that already; else it costs a walk through the list. */
  of(images: readonly TrayImage[]): this {
    if (images === this.#images) return this;
    this.#images = images;
    this.#positions = new Map(images.map(({ id }, at) => [id, at]));
    this.#byStatus = emptySets();
    for (const { id, status } of images) this.#byStatus[status.kind].add(id);
    return this;
  }

  position(id: string): number | undefined {
    return this.#positions.get(id);
  }

  /** Pictures of a status, the longest waiting first. */
  having(kind: StatusKind): ReadonlySet<string> {
    return this.#byStatus[kind];
  }

  counts(): StatusCounts {
    return Object.fromEntries(KINDS.map((kind) => [kind, this.#byStatus[kind].size])) as Record<StatusKind, number>;
  }

  /** Takes over a copy of the list in which only these places hold something else. */
  replace(images: readonly TrayImage[], places: Iterable<number>): void {
    for (const place of places) {
      const before = this.#images[place]!;
      const after = images[place]!;
      if (before.status.kind === after.status.kind) continue;
      this.#byStatus[before.status.kind].delete(before.id);
      this.#byStatus[after.status.kind].add(after.id);
    }
    this.#images = images;
  }
}

function emptySets(): Record<StatusKind, Set<string>> {
  return Object.fromEntries(KINDS.map((kind) => [kind, new Set()])) as unknown as Record<StatusKind, Set<string>>;
}
