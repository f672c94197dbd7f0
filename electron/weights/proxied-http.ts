import { type Dispatcher, EnvHttpProxyAgent, ProxyAgent, request } from 'undici';
import { drain } from './drain.ts';
import type { HttpAnswer, HttpConnection } from './http.ts';
import { proxyAddress, type SystemProxy } from './system-proxy.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const HEADERS_TIMEOUT_MS = 60_000;
/** Silence in the middle of a body after which the connection counts as dead. */
const SILENCE_TIMEOUT_MS = 60_000;
/** A body shorter than this is read to its end, so that its connection can be used again. */
const DISCARD_LIMIT = 64 * 1024;

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/**
 * HTTP through the proxies that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name; where they name none, through the system's.
 * @param systemProxy null where only the environment is asked
 */
export function proxiedHttp(
  silenceTimeoutMs: number = SILENCE_TIMEOUT_MS,
  systemProxy: SystemProxy | null = null,
): HttpConnection {
  const timeouts = {
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: silenceTimeoutMs,
  };
  const agent = new EnvHttpProxyAgent(timeouts);
  const proxies = new Map<string, ProxyAgent>();
  const isNamed = PROXY_VARIABLES.some((name) => process.env[name]);
  const agentFor = async (url: string): Promise<Dispatcher> => {
    const uri = systemProxy === null || isNamed ? null : proxyAddress(await systemProxy(url));
    if (uri === null) return agent;
    const known = proxies.get(uri) ?? new ProxyAgent({ uri, ...timeouts });
    proxies.set(uri, known);
    return known;
  };
  return {
    async send({ url, headers, signal }) {
      return asAnswer(await request(url, { dispatcher: await agentFor(url), headers: { ...headers }, signal }));
    },
    async close() {
      await Promise.all([agent, ...proxies.values()].map((each) => each.destroy()));
    },
  };
}

function asAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): HttpAnswer {
  const named = new Map<string, string>();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) named.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  // A body that is left before its end emits an error, for which nobody waits; whoever reads it is told by the reading.
  body.on('error', () => {});
  const success = statusCode >= 200 && statusCode < 300;
  return {
    status: statusCode,
    headers: named,
    body: success ? drain(body) : body,
    discard() {
      if (success) body.destroy();
      else void body.dump({ limit: DISCARD_LIMIT }).catch(() => {});
    },
  };
}
