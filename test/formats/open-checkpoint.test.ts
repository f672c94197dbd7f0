import { expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { torchZip } from '../../models/formats/pytorch/torch-zip.ts';
import { bytesOf } from './byte-writer.ts';
import { failure } from './expect-code.ts';
import { fixture, fixtureBytes } from './sources.ts';

test.each<[string, Uint8Array, CheckpointErrorCode, RegExp]>([
  ['an empty file', new Uint8Array(), 'empty', /empty/],
  ['a web page', bytesOf('\n<!DOCTYPE html><html><body>404</body>'), 'unknown-format', /web page/],
  ['a web page after a byte order mark', bytesOf('\ufeff<html>'), 'unknown-format', /web page/],
  [
    "a store's XML error",
    bytesOf('<?xml version="1.0"?><Error><Code>AccessDenied</Code>'),
    'unknown-format',
    /web page/,
  ],
  ["a server's JSON error", bytesOf('{"error":"Repository not found"}'), 'unknown-format', /JSON/],
  [
    'a Git LFS pointer',
    bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:0'),
    'unknown-format',
    /Git LFS/,
  ],
  ['a packed file', bytesOf([0x1f, 0x8b, 8, 0]), 'unknown-format', /gzip/],
  ['the configuration instead of the weights', fixtureBytes('hf-config.json'), 'unknown-format', /JSON/],
  ['one byte', bytesOf([1]), 'unknown-format', /accepted/],
  ['noise', bytesOf([7, 1, 3, 200, 40, 0, 0, 0, 9, 9]), 'unknown-format', /PyTorch.*safetensors/],
  ['zeros', new Uint8Array(4096), 'unknown-format', /PyTorch.*safetensors/],
])('%s', async (_, bytes, code, message) => {
  const error = await failure(() => openCheckpoint(new MemorySource('dropped.pth', bytes)), code);
  expect(error.message).toMatch(/^dropped\.pth: /);
  expect(error.message).toMatch(message);
});

test('the layout before 1.6 is not the zip room’s', async () => {
  expect(await torchZip.sniff(fixture('official-legacy.pth'))).toBeNull();
});
