import type { Cursor } from '../../bytes/cursor.ts';
import { printable } from '../../bytes/printable.ts';
import { MAX_GROUP_ENTRIES, MAX_HEAP_BYTES, MAX_NODE_ENTRIES, MAX_TREE_LEVELS } from './limits.ts';
import { contentOf, type HeaderMessage, MESSAGE } from './object-header.ts';
import { readAddress, type Structure } from './structure.ts';

const TREE_HEADER_BYTES = 24;
const TABLE_HEADER_BYTES = 8;
const TABLE_ENTRY_BYTES = 40;
const HEAP_HEADER_BYTES = 32;
const GROUP_TREE = 0;

/**
 * What a group holds: names and the addresses of their objects' headers. A group is a tree whose leaves are tables of symbols,
 * with the names in a heap (HDF5 File Format Specification 3.0, III.A.1, III.B, III.D).
 * @throws CheckpointError `unsupported`, `corrupt`, `too-large`, `truncated`
 */
export async function readGroup(
  structure: Structure,
  messages: readonly HeaderMessage[],
): Promise<ReadonlyMap<string, number>> {
  const table = messages.find(({ type }) => type === MESSAGE.symbolTable);
  if (!table) {
    if (messages.some(({ type }) => type === MESSAGE.link || type === MESSAGE.linkInfo))
      throw structure.error('unsupported', 'groups are written in the layout of libver="latest" or with track_order');
    throw structure.error('corrupt', 'a name leads through an object that is no group');
  }
  const cursor = contentOf(structure, table);
  const tree = readAddress(cursor);
  const heap = readAddress(cursor);
  if (tree === null || heap === null) throw structure.error('corrupt', 'a group has no address');
  const names = await readNames(structure, heap);
  const entries = new Map<string, number>();
  for (const leaf of await treeLeaves(structure, tree)) await readSymbols(structure, leaf, names, entries);
  return entries;
}

async function treeLeaves(structure: Structure, root: number): Promise<readonly number[]> {
  let nodes = [root];
  for (let level: number | null = null; ; ) {
    const children: number[] = [];
    let found = 0;
    for (const address of nodes) {
      const node = await readTreeNode(structure, address);
      if (node.level > MAX_TREE_LEVELS || (level !== null && node.level !== level - 1))
        throw structure.error('corrupt', `the tree node at byte ${address} stands at the wrong level`);
      found = node.level;
      children.push(...node.children);
      if (children.length > MAX_GROUP_ENTRIES)
        throw structure.error('too-large', `a group has more than ${MAX_GROUP_ENTRIES} entries`);
    }
    if (found === 0 || children.length === 0) return children;
    level = found;
    nodes = children;
  }
}

async function readTreeNode(structure: Structure, address: number): Promise<{ level: number; children: number[] }> {
  const header = await structure.at(address, TREE_HEADER_BYTES);
  structure.expect(header, 'TREE', 'tree node');
  const kind = header.u8();
  const level = header.u8();
  const count = header.u16();
  if (kind !== GROUP_TREE || count > MAX_NODE_ENTRIES)
    throw structure.error('corrupt', `the tree node at byte ${address} is none of a group`);
  // A key stands before each child and after the last.
  const body = await structure.at(address + TREE_HEADER_BYTES, 16 * count + 8);
  const children: number[] = [];
  for (let i = 0; i < count; i++) {
    body.skip(8);
    const child = readAddress(body);
    if (child === null) throw structure.error('corrupt', `the tree node at byte ${address} has a child at no address`);
    children.push(child);
  }
  return { level, children };
}

async function readSymbols(
  structure: Structure,
  address: number,
  names: Uint8Array,
  entries: Map<string, number>,
): Promise<void> {
  const header = await structure.at(address, TABLE_HEADER_BYTES);
  structure.expect(header, 'SNOD', 'table of symbols');
  header.skip(2);
  const count = header.u16();
  if (count > MAX_NODE_ENTRIES || entries.size + count > MAX_GROUP_ENTRIES)
    throw structure.error('too-large', `a group has more than ${MAX_GROUP_ENTRIES} entries`);
  const body = await structure.at(address + TABLE_HEADER_BYTES, TABLE_ENTRY_BYTES * count);
  for (let i = 0; i < count; i++) {
    const name = nameAt(structure, names, body);
    const object = readAddress(body);
    body.skip(24);
    // Soft links have no object; what leads to them is refused when it is asked for.
    if (object === null) continue;
    if (entries.has(name)) throw structure.error('corrupt', `a group has ${printable(name)} twice`);
    entries.set(name, object);
  }
}

/** The data segment of a local heap. */
async function readNames(structure: Structure, address: number): Promise<Uint8Array> {
  const header = await structure.at(address, HEAP_HEADER_BYTES);
  structure.expect(header, 'HEAP', 'heap of names');
  header.skip(4);
  const length = header.u64();
  header.skip(8);
  const segment = readAddress(header);
  if (length > MAX_HEAP_BYTES) throw structure.error('too-large', `the names of a group take ${length} bytes`);
  if (segment === null) throw structure.error('corrupt', 'the names of a group have no address');
  return (await structure.at(segment, length)).bytes(length);
}

function nameAt(structure: Structure, names: Uint8Array, entry: Cursor): string {
  const start = entry.u64();
  const end = names.indexOf(0, start);
  if (start >= names.length || end < 0) throw structure.error('corrupt', 'a name lies outside its heap');
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(names.subarray(start, end));
}
