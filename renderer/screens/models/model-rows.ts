import { type CatalogEntry, catalogEntry } from '../../../models/catalog.ts';
import { countMultiplyAdds, countParameters } from '../../../models/cvt/counts.ts';
import { parseSpec } from '../../../models/cvt/spec.ts';
import type { LibraryEntry } from '../../shell/library-entry.ts';
import type { ModelEntry } from '../../shell/shell.ts';
import { isHere } from '../../stores/library.ts';

/** A line of the table of models; numbers are null where nobody knows or published them. */
export interface ModelRow {
  readonly id: string;
  readonly title: string;
  readonly note: string | null;
  /** Quiet facts, in order. */
  readonly facts: readonly string[];
  /** Percent, on the validation pictures of ImageNet-1k. */
  readonly top1: number | null;
  readonly top5: number | null;
  readonly parameters: number | null;
  /** For one picture. */
  readonly multiplyAdds: number | null;
  /** Of the weights, in bytes. */
  readonly size: number | null;
  readonly catalog: CatalogEntry | null;
  /** Null for a model that ships with the app. */
  readonly entry: LibraryEntry | null;
}

export type SortKey = 'top1' | 'top5' | 'parameters' | 'multiplyAdds' | 'size';
export interface SortOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

export function shippedRow(model: ModelEntry): ModelRow {
  const { preprocessing, labels } = model;
  const spec = model.spec === null ? null : parseSpec(model.spec, model.title);
  return {
    id: model.id,
    title: model.title,
    note: model.note,
    facts: ['Ships with the app', inputText(preprocessing), classesText(labels.length)],
    top1: null,
    top5: null,
    parameters: spec && countParameters(spec, labels.length),
    multiplyAdds: spec && countMultiplyAdds(spec, labels.length, preprocessing.height, preprocessing.width),
    size: model.weightsSize,
    catalog: null,
    entry: null,
  };
}

export function libraryRow(entry: LibraryEntry): ModelRow {
  const catalog = catalogEntry(entry.id);
  const { facts } = entry;
  return {
    id: entry.id,
    title: entry.title,
    note: catalog?.note ?? null,
    facts: catalog ? catalogFacts(catalog) : otherFacts(entry),
    top1: catalog?.accuracy.imagenet.top1 ?? null,
    top5: catalog?.accuracy.imagenet.top5 ?? null,
    parameters: facts?.parameters ?? null,
    multiplyAdds: facts?.multiplyAdds ?? null,
    size: entry.size,
    catalog,
    entry,
  };
}

/** What is on this machine, and what can be had, each in the library's order. */
export function splitRows(shipped: readonly ModelEntry[], entries: readonly LibraryEntry[]) {
  const here = entries.filter(isHere);
  return {
    installed: [...shipped.map(shippedRow), ...here.map(libraryRow)],
    available: entries.filter((entry) => !isHere(entry)).map(libraryRow),
  };
}

/** Rows without the number come last either way; equal ones keep their order. */
export function sortRows(rows: readonly ModelRow[], order: SortOrder | null): readonly ModelRow[] {
  if (!order) return rows;
  const sign = order.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [a[order.key], b[order.key]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}

function catalogFacts({ pretraining, preprocessing, licence }: CatalogEntry): readonly string[] {
  const training = pretraining === 'ImageNet-22k' ? 'ImageNet-22k, then 1k' : 'ImageNet-1k';
  return [training, inputText(preprocessing), licence];
}

function otherFacts({ kind, facts, state }: LibraryEntry): readonly string[] {
  const place =
    state.kind === 'installed' && state.place === 'outside'
      ? [`used where it lies: ${state.path}`]
      : state.kind === 'installed' && state.place === 'huggingface-cache'
        ? ['in the Hugging Face cache']
        : [];
  const origin = kind === 'imported' ? 'Imported' : 'Hugging Face repository';
  if (!facts) return [origin, ...place];
  return [
    origin,
    facts.variant ?? 'own architecture',
    inputText(facts.preprocessing),
    classesText(facts.numClasses),
    ...place,
  ];
}

function inputText({ height, width }: { readonly height: number; readonly width: number }): string {
  return `${width}×${height}`;
}

function classesText(count: number): string {
  return count === 1 ? '1 class' : `${count} classes`;
}
