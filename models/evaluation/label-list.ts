import { z } from 'zod';

const listSchema = z.array(z.string().trim().min(1)).min(1);
const recordSchema = z.record(z.string().regex(/^\d{1,7}$/), z.string().trim().min(1));

/**
 * Class names in index order from a file that a user keeps beside weights: one name a line, or JSON, as a list or as
 * `{"0": "cat", …}`. A line may begin with its index (`3 heron`, `3: heron`, `3,heron`), if all do, in order.
 * @returns null where the text is neither
 */
export function parseLabels(text: string): readonly string[] | null {
  return /^\s*[[{]/.test(text) ? fromJson(text) : fromLines(text);
}

function fromJson(text: string): readonly string[] | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  const list = listSchema.safeParse(data);
  if (list.success) return list.data;
  const record = recordSchema.safeParse(data);
  if (!record.success) return null;
  const names = Object.keys(record.data).map((_, index) => record.data[index]);
  return names.length > 0 && names.every((name) => name !== undefined) ? (names as string[]) : null;
}

function fromLines(text: string): readonly string[] | null {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0 || text.includes('\0')) return null;
  const numbered = lines.map((line) => /^(\d+)\s*[:,;\t ]\s*(.+)$/.exec(line));
  const isNumbered = numbered.every((match, index) => match !== null && Number(match[1]) === index);
  return isNumbered ? numbered.map((match) => match![2]!) : lines;
}
