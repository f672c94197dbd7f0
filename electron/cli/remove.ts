import { clearConverted, convertedFolder } from '../inference/converted-file.ts';
import { requireModelId } from '../weights/model-id.ts';
import { openLibrary } from '../weights/open-library.ts';
import { type Command, parseWords, remark, usageError } from './command.ts';
import { bytesInWords } from './sizes.ts';

/** `cvt remove`: a model, or what has arrived of one, out of the library. */
export const remove: Command = async (words) => {
  const { positionals } = parseWords(words, {});
  const [word, ...others] = positionals;
  if (word === undefined || others.length > 0) throw usageError('remove takes one model.');
  const { id } = requireModelId(word);
  const { library, close } = await openLibrary();
  try {
    const before = await library.totalSize();
    await library.remove(id);
    await clearConverted(id, convertedFolder());
    const freed = before - (await library.totalSize());
    remark(`${id}: removed, ${bytesInWords(freed)} freed.\n`);
  } finally {
    await close();
  }
  return true;
};
