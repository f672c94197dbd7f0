import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { proxiedHttp } from '../../electron/weights/proxied-http.ts';
import { proxyAddress } from '../../electron/weights/system-proxy.ts';

test.each([
  ['DIRECT', null],
  ['', null],
  ['PROXY proxy.example:3128', 'http://proxy.example:3128'],
  ['PROXY proxy.example:3128; DIRECT', 'http://proxy.example:3128'],
  ['HTTPS proxy.example:443;DIRECT', 'https://proxy.example:443'],
  ['HTTP [::1]:8080', 'http://[::1]:8080'],
  ['SOCKS5 proxy.example:1080; PROXY other.example:80', 'http://other.example:80'],
  ['SOCKS5 proxy.example:1080; DIRECT; PROXY other.example:80', null],
  ['SOCKS proxy.example:1080', null],
  ['PROXY user:secret@proxy.example:80', null],
  ['PROXY proxy.example', null],
])('"%s" is %s', (rules, address) => {
  expect(proxyAddress(rules)).toBe(address);
});

test('a request goes through the proxy that the system names for its address', async () => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, '');
  const tunnels: string[] = [];
  const proxy = createServer((_, answer) => answer.end());
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const asked: string[] = [];
  const http = proxiedHttp(1000, async (url) => {
    asked.push(url);
    return `PROXY 127.0.0.1:${port}`;
  });
  try {
    const sent = http.send({ url: 'https://hub.example/a', headers: {}, signal: new AbortController().signal });
    await expect(sent).rejects.toThrow();
    expect(asked).toEqual(['https://hub.example/a']);
    expect(tunnels).toEqual(['hub.example:443']);
  } finally {
    vi.unstubAllEnvs();
    await http.close();
    proxy.close();
  }
});
