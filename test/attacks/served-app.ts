import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type AppLimits, serveApp } from '../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../electron/serve/server.ts';
import { type StandInApp, standInApp } from '../serve/stand-in-app.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A started server over files of its own, and what attackers do with it. */
export interface ServedApp {
  readonly app: StandInApp;
  readonly server: RunningServer;
  readonly token: string;
  readonly origin: string;
  /** What the user's own page sends along. */
  readonly own: { readonly Cookie: string; readonly Origin: string };
  ask(path: string, asking?: Asking): Promise<Reply>;
  /** Sends bytes as they are; answers what comes back until `enough` of it is here or the server hangs up. */
  raw(text: string, enough?: RegExp): Promise<string>;
  connect(): Promise<Socket>;
  close(): Promise<void>;
}

export async function servedApp(limits: AppLimits = {}): Promise<ServedApp> {
  const app = await standInApp();
  const server = await serveApp(app.root, 0, app.home, limits);
  const token = new URL(server.address).searchParams.get('token') ?? '';
  const origin = `http://127.0.0.1:${server.port}`;
  const sockets: Socket[] = [];
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => resolve(socket));
      sockets.push(socket);
      socket.once('error', reject);
    });
  return {
    app,
    server,
    token,
    origin,
    own: { Cookie: `cvt_lens_${server.port}=${token}`, Origin: origin },
    ask: (path, asking) => ask(server.port, path, asking),
    raw: async (text, enough) => {
      const socket = await open();
      socket.on('error', () => {});
      let heard = '';
      socket.setEncoding('latin1').on('data', (part: string) => {
        heard += part;
        if (enough?.test(heard)) socket.destroy();
      });
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(Buffer.from(text, 'latin1'));
      await ended;
      return heard;
    },
    connect: open,
    async close() {
      for (const socket of sockets) socket.destroy();
      await server.close();
      await app.remove();
    },
  };
}

/** Not `fetch`, which would normalise the path and forbid the Host and Origin headers that attackers send. */
function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('latin1'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
