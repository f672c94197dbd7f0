import { describe, expect, it } from 'vitest';
import { type DatedFile, folderName, keptName, modelIdOf, outdatedFiles } from '../../models/precision/kept-files.ts';

const file = (modelId: string, name: string, bytes: number, writtenAt: number): DatedFile => ({
  modelId,
  name,
  bytes,
  writtenAt,
});

describe('outdatedFiles', () => {
  const old = file('a', 'x.int8.v1.safetensors', 10, 1);
  const half = file('a', 'x.fp16.v1.safetensors', 10, 2);
  const other = file('b', 'y.int8.v1.safetensors', 10, 3);
  const written = file('a', 'z.int8.v1.safetensors', 10, 4);
  const all = [written, other, half, old];

  it('lets go of what was made for the same model and precision', () => {
    expect(outdatedFiles(all, written, 1000)).toEqual([old]);
  });

  it('then of the oldest, as far as room is needed', () => {
    expect(outdatedFiles(all, written, 20)).toEqual([old, half]);
    expect(outdatedFiles(all, written, 10)).toEqual([old, half, other]);
  });

  it('never of what was written, however large', () => {
    expect(outdatedFiles([written], written, 1)).toEqual([]);
  });
});

describe('names', () => {
  it.each(['cvt-13-224-1k', 'owner/name@rev', '..', '.', 'a b%*', 'ä'])(
    'of a folder lead back to the model %s',
    (id) => {
      const folder = folderName(id);
      expect(folder).toMatch(/^[^/\\:*?"<>|.]+$/);
      expect(modelIdOf(folder)).toBe(id);
    },
  );

  it('tell sources and precisions apart', () => {
    const names = [keptName('aa', 'int8'), keptName('ab', 'int8'), keptName('aa', 'fp16')];
    expect(new Set(names).size).toBe(3);
  });

  it('that are none of ours are passed over', () => {
    expect(modelIdOf('%E0%A4%A')).toBeNull();
  });
});
