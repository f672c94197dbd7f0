import { countMultiplyAdds, countParameters } from './cvt/counts.ts';
import type { Activation, CvtSpec } from './cvt/spec.ts';
import { VARIANTS, type VariantName } from './cvt/variants.ts';
import { OFFICIAL_224, OFFICIAL_384, type Preprocessing } from './image/preprocessing.ts';

/** A file on the Hugging Face hub. */
export interface CatalogFile {
  /** `owner/name` */
  readonly repository: string;
  /** What is asked for: a branch, since the abbreviated commits that are known cannot be relied on as addresses. */
  readonly revision: string;
  /** Abbreviated commit at which the facts here were seen. */
  readonly revisionSeen: string;
  readonly path: string;
  /** In bytes, rounded as the hub shows it. */
  readonly approximateSize: number;
  /** Lower-case hexadecimal; null where it is not known and the hub's own `X-Linked-Etag` has to do. */
  readonly sha256: string | null;
}

/** Accuracy in percent on ImageNet. */
export interface Accuracy {
  readonly top1: number;
  readonly top5: number;
}

/** What nobody has checked against a real download yet. */
export type Unverified = 'size' | 'sha256';

/** An officially published checkpoint. */
export interface CatalogEntry {
  /** Architecture, resolution, pretraining; the file names of the official zoo say the same. */
  readonly id: string;
  readonly title: string;
  /** What it is for, in a sentence. */
  readonly note: string;
  readonly variant: VariantName;
  readonly spec: CvtSpec;
  readonly activation: Activation;
  readonly preprocessing: Preprocessing;
  /** What it was trained on before ImageNet-1k, if anything. The head has ImageNet-1k's 1000 classes either way. */
  readonly pretraining: 'ImageNet-1k' | 'ImageNet-22k';
  readonly numClasses: 1000;
  /** Counted from the spec. */
  readonly parameters: number;
  /** Counted, for one picture at the preprocessing's size. */
  readonly multiplyAdds: number;
  readonly accuracy: {
    /** ImageNet-1k validation, percent, from the table in {@link ACCURACY_SOURCES}.published. */
    readonly published: number;
    /** The same with top-5 and two decimals, as measured on the published weights. */
    readonly imagenet: Accuracy;
    /** ImageNet-V2, measured by {@link ACCURACY_SOURCES}.imagenetV2. */
    readonly imagenetV2: Accuracy;
  };
  readonly licence: 'Apache-2.0';
  readonly file: CatalogFile;
  readonly unverified: readonly Unverified[];
}

export const ACCURACY_SOURCES = {
  /** The table "Main results" of the official README; the paper (table 3) gives 87.7 for CvT-W24. */
  published: 'https://github.com/microsoft/CvT#main-results',
  imagenetV2: 'https://github.com/EMalagoli92/CvT-TensorFlow#results',
} as const;

/** What a new user is offered first: the smallest download, and quick on any machine. */
export const FIRST_CHOICE = 'cvt-13-224-1k';

interface Row {
  readonly id: string;
  readonly variant: VariantName;
  readonly side: 224 | 384;
  readonly pretraining: CatalogEntry['pretraining'];
  readonly note: string;
  readonly repository: string;
  readonly revisionSeen: string;
  readonly path: 'model.safetensors' | 'pytorch_model.bin';
  readonly megabytes: number;
  readonly sha256: string | null;
  readonly published: number;
  readonly imagenet: readonly [top1: number, top5: number];
  readonly imagenetV2: readonly [top1: number, top5: number];
}

const ROWS: readonly Row[] = [
  {
    id: 'cvt-13-224-1k',
    variant: 'cvt-13',
    side: 224,
    pretraining: 'ImageNet-1k',
    note: 'The small one, for a first look: a short download, quick on any machine.',
    repository: 'microsoft/cvt-13',
    revisionSeen: '84e365a',
    path: 'model.safetensors',
    megabytes: 80.2,
    sha256: null,
    published: 81.6,
    imagenet: [81.59, 95.72],
    imagenetV2: [69.81, 89.13],
  },
  {
    id: 'cvt-21-224-1k',
    variant: 'cvt-21',
    side: 224,
    pretraining: 'ImageNet-1k',
    note: 'Deeper than CvT-13 and a little more accurate, for about half as much work again.',
    repository: 'microsoft/cvt-21',
    revisionSeen: '3359f9b',
    path: 'pytorch_model.bin',
    megabytes: 127,
    sha256: null,
    published: 82.5,
    imagenet: [82.52, 96.06],
    imagenetV2: [71.18, 89.31],
  },
  {
    id: 'cvt-13-384-1k',
    variant: 'cvt-13',
    side: 384,
    pretraining: 'ImageNet-1k',
    note: 'CvT-13 on a finer grid of tokens: sharper attention, over three times the work.',
    repository: 'microsoft/cvt-13-384',
    revisionSeen: 'a143314',
    path: 'pytorch_model.bin',
    megabytes: 80.3,
    sha256: 'bac7a58899c41b4cd90bfded50f1d4e1cf283c2d3255e3fce7ff7350e0d23438',
    published: 83.0,
    imagenet: [83.0, 96.36],
    imagenetV2: [71.31, 89.97],
  },
  {
    id: 'cvt-21-384-1k',
    variant: 'cvt-21',
    side: 384,
    pretraining: 'ImageNet-1k',
    note: 'CvT-21 on a finer grid of tokens; the most accurate one trained on ImageNet-1k alone.',
    repository: 'microsoft/cvt-21-384',
    revisionSeen: '0611e33',
    path: 'pytorch_model.bin',
    megabytes: 127,
    sha256: 'c19b5977814f89e610d6e8e30582586ff02168a7e8dcd7a117aa9fa5a234e051',
    published: 83.3,
    imagenet: [83.27, 96.16],
    imagenetV2: [71.61, 89.71],
  },
  {
    id: 'cvt-13-384-22k',
    variant: 'cvt-13',
    side: 384,
    pretraining: 'ImageNet-22k',
    note: 'CvT-13 that saw fourteen million pictures first; compare it with cvt-13-384-1k.',
    repository: 'microsoft/cvt-13-384-22k',
    revisionSeen: 'dffbc91',
    path: 'pytorch_model.bin',
    megabytes: 80.3,
    sha256: null,
    published: 83.3,
    imagenet: [83.26, 97.09],
    imagenetV2: [71.76, 91.39],
  },
  {
    id: 'cvt-21-384-22k',
    variant: 'cvt-21',
    side: 384,
    pretraining: 'ImageNet-22k',
    note: 'The best accuracy that runs on an ordinary machine in reasonable time.',
    repository: 'microsoft/cvt-21-384-22k',
    revisionSeen: '2d816f0',
    path: 'pytorch_model.bin',
    megabytes: 127,
    sha256: null,
    published: 84.9,
    imagenet: [84.91, 97.62],
    imagenetV2: [74.97, 92.63],
  },
  {
    id: 'cvt-w24-384-22k',
    variant: 'cvt-w24',
    side: 384,
    pretraining: 'ImageNet-22k',
    note: 'The wide one, for the highest accuracy: a large download that wants a strong GPU.',
    repository: 'microsoft/cvt-w24-384-22k',
    revisionSeen: 'ec3f418',
    path: 'pytorch_model.bin',
    megabytes: 1110,
    sha256: null,
    published: 87.6,
    imagenet: [87.58, 98.47],
    imagenetV2: [78.15, 94.48],
  },
];

const TITLES: Readonly<Record<VariantName, string>> = { 'cvt-13': 'CvT-13', 'cvt-21': 'CvT-21', 'cvt-w24': 'CvT-W24' };
const NUM_CLASSES = 1000;

/** The seven checkpoints of the official release, on the Hugging Face hub; {@link FIRST_CHOICE} first. */
export const CATALOG: readonly CatalogEntry[] = ROWS.map((row) => {
  const spec = VARIANTS[row.variant];
  return {
    id: row.id,
    title: `${TITLES[row.variant]}, ${row.side}×${row.side}${row.pretraining === 'ImageNet-22k' ? ', pretrained on ImageNet-22k' : ''}`,
    note: row.note,
    variant: row.variant,
    spec,
    activation: 'quick_gelu',
    preprocessing: row.side === 224 ? OFFICIAL_224 : OFFICIAL_384,
    pretraining: row.pretraining,
    numClasses: NUM_CLASSES,
    parameters: countParameters(spec, NUM_CLASSES),
    multiplyAdds: countMultiplyAdds(spec, NUM_CLASSES, row.side, row.side),
    accuracy: {
      published: row.published,
      imagenet: { top1: row.imagenet[0], top5: row.imagenet[1] },
      imagenetV2: { top1: row.imagenetV2[0], top5: row.imagenetV2[1] },
    },
    licence: 'Apache-2.0',
    file: {
      repository: row.repository,
      revision: 'main',
      revisionSeen: row.revisionSeen,
      path: row.path,
      approximateSize: row.megabytes * 1e6,
      sha256: row.sha256,
    },
    unverified: row.sha256 === null ? ['size', 'sha256'] : ['size'],
  };
});

/** The catalog's entry of this id, or null. */
export function catalogEntry(id: string): CatalogEntry | null {
  return CATALOG.find((entry) => entry.id === id) ?? null;
}
