import { describe, expect, test } from 'vitest';
import { droppedEntries, readDropped } from '../../renderer/evaluate/picture-folder.ts';

interface Tree {
  readonly [name: string]: Tree | string | null;
}

/** What a browser gives for a dropped folder; `null` stands for one that it may not read. At most two entries at a time. */
function folderEntry(name: string, tree: Tree | null): FileSystemDirectoryEntry {
  const entries = Object.entries(tree ?? {}).map(([child, inside]) =>
    typeof inside === 'string' ? fileEntry(child, inside) : folderEntry(child, inside),
  );
  const createReader = () => {
    return {
      readEntries: (resolve: (some: FileSystemEntry[]) => void, reject: (error: Error) => void) => {
        if (tree === null) reject(new Error('not allowed'));
        else resolve(entries.splice(0, 2));
      },
    };
  };
  return { name, isDirectory: true, isFile: false, createReader } as unknown as FileSystemDirectoryEntry;
}

function fileEntry(name: string, text: string): FileSystemEntry {
  const file = (resolve: (file: File) => void) => resolve(new File([text], name));
  return { name, isDirectory: false, isFile: true, file } as unknown as FileSystemEntry;
}

const read = (folders: readonly (readonly [string, Tree])[], files: readonly string[] = []) =>
  readDropped(
    {
      folders: folders.map(([name, tree]) => folderEntry(name, tree)),
      files: files.map((name) => new File(['a.png,0'], name)),
    },
    () => {},
  );

describe('a dropped set', () => {
  test('that is one folder has paths from there on, in order of their code units', async () => {
    const { folder } = await read([
      [
        'set',
        {
          b: { 'ä.png': '', 'a.png': '', 'Z.PNG': '' },
          a: { deep: { 'x.jpg': '' } },
          '.cache': { 'x.png': '' },
          'notes.md': '',
        },
      ],
    ]);
    expect(folder).toMatchObject({ name: 'set', others: 1, labels: null, unreadable: [] });
    expect(folder!.pictures).toEqual(['a/deep/x.jpg', 'b/Z.PNG', 'b/a.png', 'b/ä.png']);
    expect(await folder!.files.get('b/a.png')!.text()).toBe('');
  });

  test('of several folders has one class each', async () => {
    const { folder } = await read([
      ['dog', { '1.png': '' }],
      ['cat', { '1.png': '' }],
    ]);
    expect(folder).toMatchObject({ name: 'dog and 1 more', pictures: ['cat/1.png', 'dog/1.png'] });
  });

  test('that is flat brings the labels file that lies in it', async () => {
    const { folder } = await read([['flat', { 'a.png': '', 'labels.txt': '', 'val_map.txt': 'a.png n01440764' }]]);
    expect(folder!.labels?.name).toBe('val_map.txt');
    const nested = await read([['nested', { dog: { 'a.png': '' }, 'labels.csv': '' }]]);
    expect(nested.folder!.labels).toBeNull();
  });

  test('tells labels from class names beside it', async () => {
    const { labels, classNames, folder } = await read([['set', { 'a.png': '' }]], ['truth.csv', 'classes.txt']);
    expect([labels?.name, classNames?.name, folder?.name]).toEqual(['truth.csv', 'classes.txt', 'set']);
    const alone = await read([], ['names.json']);
    expect(alone).toMatchObject({ folder: null, labels: null, classNames: { name: 'names.json' } });
  });

  test('names the folders that could not be read, and takes the others', async () => {
    const { folder } = await read([['set', { dog: { 'a.png': '' }, locked: null }]]);
    expect(folder).toMatchObject({
      pictures: ['dog/a.png'],
      unreadable: [{ folder: 'locked', reason: 'not allowed' }],
    });
  });
});

test.each([
  { names: ['cvt.pth'], isOurs: false },
  { names: ['a.png', 'view.recipe.json'], isOurs: false },
  { names: ['labels.csv'], isOurs: true },
  { names: ['a.png', 'b.png'], isOurs: true },
  { names: [], isOurs: false },
])('a drop of $names is for an evaluation: $isOurs', ({ names, isOurs }) => {
  const items = names.map((name) => ({
    kind: 'file',
    webkitGetAsEntry: () => null,
    getAsFile: () => new File([], name),
  }));
  expect(droppedEntries({ items } as unknown as DataTransfer) !== null).toBe(isOurs);
});
