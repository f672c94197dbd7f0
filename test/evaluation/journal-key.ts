import type { JournalKey } from '../../electron/evaluation/journal.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';

/** Of an evaluation that is like any other. */
export const JOURNAL_KEY: JournalKey = {
  folder: '/pictures',
  sha256: 'ab',
  spec: VARIANTS['cvt-13'],
  activation: 'quick_gelu',
  preprocessing: cropSquare(96),
  precision: 'fp32',
  version: '1',
};
