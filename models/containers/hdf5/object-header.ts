import { Cursor } from '../../bytes/cursor.ts';
import { MAX_HEADER_BLOCKS, MAX_HEADER_BYTES } from './limits.ts';
import { readAddress, type Structure } from './structure.ts';

/** Message types: HDF5 File Format Specification 3.0, IV.A.2. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

const PREFIX_BYTES = 16;
const MESSAGE_PREFIX_BYTES = 8;
/** The message's content is elsewhere, in an object that several share. */
const FLAG_SHARED = 0x02;
/** `OHDR` in the latest layout, in place of a version. */
const LATEST_FIRST_BYTE = 0x4f;

export interface HeaderMessage {
  readonly type: number;
  readonly isShared: boolean;
  /** Where in the file the content begins. */
  readonly offset: number;
  readonly content: Uint8Array;
}

/** The header of a group or a dataset, version 1. @throws CheckpointError `unsupported`, `corrupt`, `too-large`, `truncated` */
export async function readObjectHeader(structure: Structure, address: number): Promise<readonly HeaderMessage[]> {
  const prefix = await structure.at(address, PREFIX_BYTES);
  const version = prefix.u8();
  if (version === LATEST_FIRST_BYTE)
    throw structure.error('unsupported', 'objects are written in the layout of libver="latest"');
  if (version !== 1) throw structure.error('corrupt', `there is no object at byte ${address}, where one is announced`);
  prefix.skip(1);
  const count = prefix.u16();
  prefix.skip(4);
  const messages: HeaderMessage[] = [];
  const blocks = [{ offset: address + PREFIX_BYTES, length: prefix.u32() }];
  let bytes = 0;
  // Continuations are appended while the loop runs.
  for (const { offset, length } of blocks) {
    bytes += length;
    if (bytes > MAX_HEADER_BYTES || blocks.length > MAX_HEADER_BLOCKS)
      throw structure.error(
        'too-large',
        `the object at byte ${address} has a header of more than ${MAX_HEADER_BYTES} bytes`,
      );
    const cursor = await structure.at(offset, length);
    while (messages.length < count && cursor.remaining >= MESSAGE_PREFIX_BYTES) {
      const message = readMessage(cursor);
      messages.push(message);
      if (message.type === MESSAGE.continuation) blocks.push(continuation(structure, message));
    }
  }
  return messages;
}

/** The content of a message, to be read on. */
export function contentOf(structure: Structure, message: HeaderMessage): Cursor {
  if (message.isShared) throw structure.error('unsupported', 'a header message is shared between objects');
  return new Cursor(message.content, structure.source.name, message.offset);
}

function readMessage(cursor: Cursor): HeaderMessage {
  const type = cursor.u16();
  const length = cursor.u16();
  const flags = cursor.u8();
  cursor.skip(3);
  const { offset } = cursor;
  return { type, isShared: (flags & FLAG_SHARED) !== 0, offset, content: cursor.bytes(length) };
}

function continuation(structure: Structure, message: HeaderMessage): { offset: number; length: number } {
  const cursor = contentOf(structure, message);
  const offset = readAddress(cursor);
  const length = cursor.u64();
  if (offset === null) throw structure.error('corrupt', 'an object goes on at no address');
  return { offset, length };
}
