import type { Server } from 'node:http';
import { ShellError } from '../../models/errors.ts';

const HOST = '127.0.0.1';
/** Unassigned by IANA, outside the ranges from which systems hand out ports. */
const FIRST_PORT = 7224;
const PORTS_TO_TRY = 10;

/**
 * Starts listening on 127.0.0.1 and answers the port.
 * @param port null: the first free one of a few fixed ports, else any; 0: any; otherwise exactly this one
 * @throws ShellError `usage` where `port` cannot be had
 */
export async function listen(server: Server, port: number | null): Promise<number> {
  if (port !== null) return listenExactly(server, port);
  for (let candidate = FIRST_PORT; candidate < FIRST_PORT + PORTS_TO_TRY; candidate++) {
    const refusal = await tryPort(server, candidate);
    if (refusal === null) return candidate;
    if (refusal.code !== 'EADDRINUSE' && refusal.code !== 'EACCES') throw refusal;
  }
  return listenExactly(server, 0);
}

async function listenExactly(server: Server, port: number): Promise<number> {
  const refusal = await tryPort(server, port);
  if (refusal?.code === 'EADDRINUSE' || refusal?.code === 'EACCES')
    throw new ShellError(
      'usage',
      `Port ${port} ${refusal.code === 'EACCES' ? 'is not allowed to you' : 'is in use'}. Name another, or leave --port out.`,
    );
  if (refusal !== null) throw refusal;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

function tryPort(server: Server, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening);
      resolve(error);
    };
    const listening = (): void => {
      server.off('error', failed);
      resolve(null);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ host: HOST, port, exclusive: true });
  });
}
