import { bytesOf, type Piece, u16, u32, u64 } from './byte-writer.ts';
import { type Segment, SparseSource } from './sources.ts';

export interface ZipFile {
  readonly name: string;
  /** A number stands for that many bytes that are never written down. */
  readonly data: Uint8Array | number;
  readonly method?: number;
  readonly flags?: number;
  readonly disk?: number;
  /** What the directory claims, where that is not the truth. */
  readonly claims?: { readonly size?: number; readonly compressedSize?: number; readonly headerOffset?: number };
}

/** A zip file as torch.save lays it out: local headers with sizes 0, data aligned to 64 bytes, a zip64 end record. */
export function zip(files: readonly ZipFile[], options: { zip64?: boolean; comment?: string } = {}): SparseSource {
  const segments: Segment[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const write = (...pieces: Piece[]) => {
    const bytes = bytesOf(...pieces);
    segments.push({ offset: at, bytes });
    at += bytes.length;
  };
  for (const file of files) {
    const { method = 0, flags = 0x808, disk = 0 } = file;
    const name = new TextEncoder().encode(file.name);
    const offset = file.claims?.headerOffset ?? at;
    const padding = (64 - ((at + 30 + name.length + 4) % 64)) % 64;
    const fixed = [u16(flags), u16(method), u32(0)];
    write('PK\x03\x04', u16(0), ...fixed, u32(0), u32(0), u32(0), u16(name.length), u16(padding + 4));
    write(name, 'FB', u16(padding), new Uint8Array(padding));
    const size = typeof file.data === 'number' ? file.data : file.data.length;
    if (typeof file.data === 'number') at += size;
    else write(file.data);
    const compressed = file.claims?.compressedSize ?? size;
    const claimed = file.claims?.size ?? size;
    const isWide = [claimed, compressed, offset].some((value) => value >= 0xffffffff);
    const wide = isWide ? bytesOf(u16(1), u16(24), u64(claimed), u64(compressed), u64(offset)) : new Uint8Array();
    const narrow = (value: number) => u32(isWide ? 0xffffffff : value);
    directory.push(
      bytesOf('PK\x01\x02', u16(0), u16(0), ...fixed, u32(0), narrow(compressed), narrow(claimed), u16(name.length)),
      bytesOf(u16(wide.length), u16(0), u16(disk), u16(0), u32(0), narrow(offset), name, wide),
    );
  }
  const start = at;
  write(...directory);
  const size = at - start;
  const end = at;
  const count = files.length;
  if (options.zip64 !== false) {
    write('PK\x06\x06', u64(44), u16(0), u16(0), u32(0), u32(0), u64(count), u64(count), u64(size), u64(start));
    write('PK\x06\x07', u32(0), u64(end), u32(1));
  }
  const comment = options.comment ?? '';
  const narrowStart = Math.min(start, 0xffffffff);
  write(
    'PK\x05\x06',
    u16(0),
    u16(0),
    u16(count),
    u16(count),
    u32(size),
    u32(narrowStart),
    u16(comment.length),
    comment,
  );
  return new SparseSource('made.zip', at, segments);
}
