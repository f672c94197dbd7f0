import { expect, test } from 'vitest';
import { redact } from '../../renderer/diagnostics/redact.ts';

const TOKEN = 'Zx81bQpL0sKd93jfMN27aaQWe55rtYUiOp12zXcVbN0';

test.each<[name: string, text: string, left: string]>([
  // POSIX
  ['a file', '/home/ann/Pictures/cat.jpg: it is no picture.', 'cat.jpg: it is no picture.'],
  ['a file at the root', 'cannot open /cat.jpg', 'cannot open cat.jpg'],
  ['spaces in folders', "open '/media/Ann Lee/My Photos/cat.jpg' failed", "open 'cat.jpg' failed"],
  ['spaces without quotes', 'EACCES: open /Volumes/Big Disk/x/cat.jpg', 'EACCES: open cat.jpg'],
  ['two files', 'copied /a/b/one.pth to /c/d/two.pth', 'copied one.pth to two.pth'],
  ['a home folder alone', 'cwd is /home/ann', 'cwd is ~'],
  ['a home folder at the end of a sentence', 'nothing in /Users/ann.', 'nothing in ~.'],
  ['a home folder with a slash', 'cwd is /Users/ann/ now', 'cwd is ~ now'],
  ['the tilde', '~/Pictures/cat.jpg', 'cat.jpg'],
  ['root’s home', '/root/.config/cvt-lens/settings.json cannot be read', 'settings.json cannot be read'],
  ['a stack', 'at f (/home/ann/cvt lens/dist/main.js:10:5)', 'at f (main.js:10:5)'],
  ['below a chosen folder', 'holiday/2024 beach/ann.jpg failed', 'holiday/2024 ann.jpg failed'],
  ['below a folder, one word each', 'holiday/beach/ann.jpg failed', 'ann.jpg failed'],
  // Windows
  ['a drive', 'C:\\Users\\ann\\Pictures\\cat.jpg: no', 'cat.jpg: no'],
  ['a drive, spaces', '"C:\\Users\\Ann Lee\\My Pictures\\cat.jpg"', '"cat.jpg"'],
  ['a drive, escaped', '{"path":"C:\\\\Users\\\\ann\\\\cat.jpg"}', '{"path":"cat.jpg"}'],
  ['a drive, forward', 'D:/data/imagenet/val.txt', 'val.txt'],
  ['a home folder', 'in C:\\Users\\ann', 'in ~'],
  ['a share', 'cannot read \\\\server\\ann share\\x\\cat.jpg', 'cannot read cat.jpg'],
  ['the long form', '\\\\?\\C:\\Users\\ann\\cat.jpg', 'cat.jpg'],
  ['the long form of a share', '\\\\?\\UNC\\server\\share\\ann\\cat.jpg', 'cat.jpg'],
  // Addresses
  ['a query', `http://127.0.0.1:7224/?token=${TOKEN} answered 403`, 'http://127.0.0.1:7224/ answered 403'],
  ['a password', 'https://ann:secret@hub.example/a/b.bin', 'https://hub.example/a/b.bin'],
  ['a proxy', 'HTTPS_PROXY=http://ann:pw@proxy:3128', 'HTTPS_PROXY=http://proxy:3128'],
  ['a fragment', 'https://a.example/x#access_token=1', 'https://a.example/x'],
  ['a file address', 'file:///home/ann/cat.jpg?x=1', 'cat.jpg'],
  ['a file address of Windows', 'file:///C:/Users/ann/cat.jpg', 'cat.jpg'],
  ['a picture’s content', 'img data:image/png;base64,iVBORw0KGgo= failed', 'img data:… failed'],
  ['the app’s own', 'at app://cvt-lens/assets/index-Bx1.js:1:2', 'at app://cvt-lens/assets/index-Bx1.js:1:2'],
  // Secrets
  ['a hub token', 'token hf_abcdEFGH12345678 was refused', 'token … was refused'],
  ['a header', 'Authorization: Bearer abc.def-ghi', 'Authorization: Bearer …'],
  ['a variable', 'HF_TOKEN=hf_abcdEFGH12345678', 'HF_TOKEN=…'],
  ['JSON', '{"token": "abc123"}', '{"token":…"}'],
  ['a token by itself', `cookie ${TOKEN}`, 'cookie …'],
  // What stays
  ['words with a slash', 'and/or 12/34, text/html, 56²/28²', 'and/or 12/34, text/html, 56²/28²'],
  [
    'a hub address',
    'https://huggingface.co/microsoft/cvt-13 is gated',
    'https://huggingface.co/microsoft/cvt-13 is gated',
  ],
  ['a checksum', `sha256 ${'a1'.repeat(32)}`, `sha256 ${'a1'.repeat(32)}`],
  [
    'a tensor',
    'stage2.blocks.9.attn.conv_proj_q.bn.running_mean is missing',
    'stage2.blocks.9.attn.conv_proj_q.bn.running_mean is missing',
  ],
  ['a file name', 'cat.jpg: no', 'cat.jpg: no'],
  ['nothing', '', ''],
])('%s', (_, text, left) => {
  expect(redact(text)).toBe(left);
});

test.each<[home: string, text: string, left: string]>([
  ['/srv/people/ann', 'in /srv/people/ann', 'in ~'],
  ['/srv/people/ann', 'in /srv/people/ann/x/cat.jpg', 'in cat.jpg'],
  ['/srv/people/ann', 'in /srv/people/anna', 'in anna'],
  ['E:\\Ann Lee', 'in E:\\Ann Lee', 'in ~'],
  ['E:\\Ann Lee', '{"a":"E:\\\\Ann Lee\\\\cat.jpg"}', '{"a":"cat.jpg"}'],
  ['E:\\Ann Lee', 'file:///E:/Ann%20Lee/cat.jpg', 'cat.jpg'],
  ['/', 'a / b', 'a / b'],
])('the home folder %s', (home, text, left) => {
  expect(redact(text, home)).toBe(left);
});

test('a long text is gone through at once', () => {
  const text = `${'/a b'.repeat(20_000)} ${'x'.repeat(100_000)} ${'\\'.repeat(10_000)} ${'C:\\a'.repeat(5_000)}`;
  expect(redact(text.slice(0, 4_000)).length).toBeLessThanOrEqual(4_000);
  expect(redact('/a b'.repeat(1_000)).length).toBeLessThan(4_000);
});
