/** A GET whose redirects are answered, not followed: the hub says on the redirect what its target will be. */
export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** As sent, never decompressed. Rejects where the connection breaks before the declared end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of a body that is not wanted. */
  discard(): void;
}

/**
 * How the library reaches the network. Node does it with undici and the environment's proxies; Electron can give one made
 * of `net.request`, which knows the system's. Rejects where there is no answer.
 */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

export interface HttpConnection {
  readonly send: SendHttp;
  close(): Promise<void>;
}
