/** A class of a model's head and all that it may be called in a folder's or a file's labels. */
export interface ClassName {
  /** WordNet id (`n01440764`); null where it is not known. */
  readonly wnid: string | null;
  /** The first is the one that is shown. */
  readonly names: readonly string[];
}

/** What a label means in a {@link ClassList}. */
export type LabelMeaning =
  | { readonly kind: 'class'; readonly index: number; readonly by: 'wnid' | 'name' | 'index' }
  /** A word that several classes share, of none of which it is the shown name. */
  | { readonly kind: 'ambiguous'; readonly indexes: readonly number[] }
  /** A number that is no index of the head. */
  | { readonly kind: 'out-of-range' }
  | { readonly kind: 'unknown' };

const WNID = /^n\d{8}(?![0-9a-z])/i;
const INDEX = /^\d{1,7}$/;
/** `001.Black_footed_Albatross`, `12 - dog` */
const NUMBERED = /^\d{1,7}\s*[._:-]\s*(?=\D)/;
const UNKNOWN = { kind: 'unknown' } as const;

/**
 * The classes of a head, found by any label in use for them. In this order: a WordNet id, also with something behind it
 * (`n01440764 tench`, and the boxes of Kaggle's solution file); a name, shown ones before other words of the synset, alone or
 * as ImageNet's comma list (`tench, Tinca tinca`); an index counted from 0; a name with a number before it. A name comes
 * before an index, so that a class called "7" is meant by "7" wherever it stands in the list. Case, spaces, underscores,
 * hyphens, full stops and apostrophes do not matter, but case decides between names that differ in nothing else.
 */
export class ClassList {
  readonly classes: readonly ClassName[];
  readonly #wnids = new Map<string, number>();
  readonly #shown = new Map<string, number[]>();
  readonly #all = new Map<string, number[]>();
  readonly #known = new Map<string, LabelMeaning>();

  constructor(classes: readonly ClassName[]) {
    this.classes = classes;
    for (const [index, { wnid, names }] of classes.entries()) {
      if (wnid !== null) this.#wnids.set(wnid, index);
      for (const [place, name] of names.entries()) {
        const folded = fold(name);
        if (place === 0) add(this.#shown, folded, index);
        add(this.#all, folded, index);
      }
    }
  }

  get size(): number {
    return this.classes.length;
  }

  /** The name of a class that is shown. */
  shown(index: number): string {
    return this.classes[index]?.names[0] ?? `class ${index}`;
  }

  find(label: string): LabelMeaning {
    let meaning = this.#known.get(label);
    if (meaning === undefined) {
      meaning = this.#look(label.trim());
      this.#known.set(label, meaning);
    }
    return meaning;
  }

  #look(label: string): LabelMeaning {
    const wnid = WNID.exec(label)?.[0].toLowerCase();
    const byWnid = wnid === undefined ? undefined : this.#wnids.get(wnid);
    if (byWnid !== undefined) return { kind: 'class', index: byWnid, by: 'wnid' };
    const byName = this.#byName(label);
    if (byName.kind !== 'unknown') return byName;
    if (INDEX.test(label)) {
      const index = Number(label);
      return index < this.size ? { kind: 'class', index, by: 'index' } : { kind: 'out-of-range' };
    }
    return NUMBERED.test(label) ? this.#byName(label.replace(NUMBERED, '')) : UNKNOWN;
  }

  #byName(label: string): LabelMeaning {
    const folded = fold(label);
    if (folded === '') return UNKNOWN;
    for (const names of [this.#shown, this.#all]) {
      const indexes = names.get(folded);
      if (indexes !== undefined) return meaningOf(indexes.length === 1 ? indexes : this.#inSameCase(label, indexes));
    }
    if (!label.includes(',')) return UNKNOWN;
    const words = label.split(',').filter((word) => word.trim() !== '');
    const [first = [], ...others] = words.map((word) => this.#all.get(fold(word)) ?? []);
    const shared = first.filter((index) => others.every((indexes) => indexes.includes(index)));
    return shared.length === 0 ? UNKNOWN : meaningOf(shared);
  }

  /** ImageNet has a Cardigan, which is a dog, and a cardigan, which is not. */
  #inSameCase(label: string, indexes: readonly number[]): readonly number[] {
    const wanted = foldSpaces(label);
    const same = indexes.filter((index) => this.classes[index]!.names.some((name) => foldSpaces(name) === wanted));
    return same.length === 0 ? indexes : same;
  }
}

/** Class names from a model's own labels: each may be a comma list and may begin with a WordNet id, as ImageNet's do. */
export function classesFromLabels(labels: readonly string[], numClasses: number): readonly ClassName[] {
  return Array.from({ length: numClasses }, (_, index) => {
    const label = labels[index] ?? `class ${index}`;
    const wnid = WNID.exec(label)?.[0].toLowerCase() ?? null;
    const rest = wnid === null ? label : label.slice(wnid.length).replace(/^[\s,:_-]+/, '');
    const words = rest.split(',').map((word) => word.trim());
    const names = [rest, ...words].filter((name) => name !== '');
    return { wnid, names: names.length === 0 ? [label] : [...new Set(names)] };
  });
}

/**
 * A list that is ImageNet's under other spellings gains its WordNet ids and synonyms, and keeps its own shown names; any other
 * list is returned as it is.
 */
export function withWordNetIds(classes: readonly ClassName[], imagenet: readonly ClassName[]): readonly ClassName[] {
  if (classes.length !== imagenet.length) return classes;
  const isImagenet = classes.every(({ wnid, names }, index) => {
    const known = imagenet[index]!;
    const words = new Set(known.names.map(fold));
    return wnid === null ? names.some((name) => words.has(fold(name))) : wnid === known.wnid;
  });
  if (!isImagenet) return classes;
  return classes.map(({ names }, index) => {
    const known = imagenet[index]!;
    return { wnid: known.wnid, names: [...new Set([...names.filter((name) => name !== known.wnid), ...known.names])] };
  });
}

/** What of a name counts when names are compared. */
function fold(name: string): string {
  return foldSpaces(name).toLowerCase();
}

/** The same but for case. File systems keep accents in one or two code points. */
function foldSpaces(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/['’.]/g, '')
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

function add(names: Map<string, number[]>, name: string, index: number): void {
  const indexes = names.get(name);
  if (indexes === undefined) names.set(name, [index]);
  else if (!indexes.includes(index)) indexes.push(index);
}

function meaningOf(indexes: readonly number[]): LabelMeaning {
  return indexes.length === 1
    ? { kind: 'class', index: indexes[0]!, by: 'name' }
    : { kind: 'ambiguous', indexes: [...indexes] };
}
