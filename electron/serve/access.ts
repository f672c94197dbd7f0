import { randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
/** A browser that was opened for the user comes back at once. */
const CODE_LIFETIME_MS = 60_000;

/**
 * Who may talk to the server: whoever has the token. It is in the printed address, and afterwards in a cookie.
 *
 * The browser that is opened for the user gets a code of its own, good for one use: it stands on a command line, where other
 * users of the machine can read it.
 */
export class Access {
  readonly #token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #codes = new Map<string, number>();
  readonly #now: () => number;
  /** Cookies are shared by all ports of a host: the name keeps two servers from overwriting each other's. */
  readonly #cookieName: string;

  /** @param now milliseconds, monotonic */
  constructor(port: number, now: () => number = () => performance.now()) {
    this.#cookieName = `cvt_lens_${port}`;
    this.#now = now;
  }

  get token(): string {
    return this.#token;
  }

  /** A token that lets in once, within a minute. */
  issueCode(): string {
    const code = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#codes.set(code, this.#now() + CODE_LIFETIME_MS);
    return code;
  }

  /** Whether an address with this token may be exchanged for the cookie. Uses up a code. */
  admits(candidate: string): boolean {
    if (sameText(candidate, this.#token)) return true;
    for (const [code, expiry] of this.#codes) {
      if (!sameText(candidate, code)) continue;
      this.#codes.delete(code);
      return this.#now() < expiry;
    }
    return false;
  }

  /** For Set-Cookie: out of reach of scripts, and never sent along on another site's behalf. */
  cookie(): string {
    return `${this.#cookieName}=${this.#token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Whether a request's Cookie header holds the token. */
  knows(cookieHeader: string | undefined): boolean {
    return (cookieHeader ?? '').split(';').some((pair) => {
      const [name, value] = pair.trim().split('=', 2);
      return name === this.#cookieName && value !== undefined && sameText(value, this.#token);
    });
  }
}

/** Compares without telling by its duration how much was right. */
function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
