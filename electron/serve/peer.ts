import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** One end of a connection over IPv4. */
interface End {
  readonly address: string;
  readonly port: number;
}

interface Row {
  readonly state: string;
  readonly uid: number;
}

/** Linux's lists of connections, with the user of each. A program may speak IPv4 through a socket for IPv6. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
const ESTABLISHED = '01';
const ROOT = 0;
/** The table is read in pieces while connections come and go, so that a row can be missed. */
const TRIES = 2;

/** The text of a table; null where there is none. Tests bring their own. */
export type ReadTable = (path: string) => Promise<string | null>;

/**
 * Tells whose program is at the other end of a connection, because what lets a page in can be seen by other users of the
 * machine: a command line, and a cookie, which browsers send to every port of a host.
 */
export class Peers {
  readonly #user: number | null;
  readonly #read: ReadTable;
  readonly #verdicts = new WeakMap<Socket, Promise<boolean>>();

  /** @param user whose programs are let in, and root's; null (where users have no numbers) lets everybody in */
  constructor(user: number | null = process.getuid?.() ?? null, read: ReadTable = readTable) {
    this.#user = user;
    this.#read = read;
  }

  /**
   * False where the connection belongs to another user, or to a program that has let go of it, which hides its user. Where the
   * system keeps no such lists (outside Linux) everybody is let in, and only the token decides.
   */
  admits(socket: Socket): Promise<boolean> {
    let verdict = this.#verdicts.get(socket);
    if (verdict === undefined) {
      verdict = this.#judge(socket);
      this.#verdicts.set(socket, verdict);
    }
    return verdict;
  }

  async #judge({ remoteAddress, remotePort, localAddress, localPort }: Socket): Promise<boolean> {
    if (this.#user === null) return true;
    if (
      remoteAddress === undefined ||
      remotePort === undefined ||
      localAddress === undefined ||
      localPort === undefined
    )
      return false;
    const theirs = { address: remoteAddress, port: remotePort };
    const ours = { address: localAddress, port: localPort };
    let isListed = false;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const tables = await Promise.all(TABLES.map(this.#read));
      const row = findRow(tables, theirs, ours);
      if (row !== null) return row.state === ESTABLISHED && (row.uid === this.#user || row.uid === ROOT);
      isListed ||= findRow(tables, ours, theirs) !== null;
    }
    // A list that has our end and not theirs is complete: they have hung up. One without ours tells nothing.
    return !isListed;
  }
}

/** @param from the end whose owner is asked for */
function findRow(tables: readonly (string | null)[], from: End, to: End): Row | null {
  for (const [index, table] of tables.entries())
    for (const line of table?.split('\n') ?? []) {
      const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
      if (local !== spelled(from, index === 1) || remote !== spelled(to, index === 1)) continue;
      return { state: state ?? '', uid: Number(uid) };
    }
  return null;
}

/** As the kernel prints it: the address as 32-bit numbers of the machine, the port as it is. */
function spelled({ address, port }: End, mapped: boolean): string {
  const isLittle = endianness() === 'LE';
  const bytes = address
    .replace(/^::ffff:/i, '')
    .split('.')
    .map(Number);
  const word = hex(isLittle ? bytes.toReversed() : bytes);
  const prefix = `0000000000000000${isLittle ? 'FFFF0000' : '0000FFFF'}`;
  return `${mapped ? prefix : ''}${word}:${hex([port >> 8, port & 255])}`;
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
}

function readTable(path: string): Promise<string | null> {
  return readFile(path, 'latin1').catch(() => null);
}
