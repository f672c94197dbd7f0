import type { Analysis } from '../../engine/protocol.ts';
import { duration } from '../../ui/format.ts';
import { deviceName } from './words.ts';

/** How long the picture took, part by part, and on what. */
export function Latency({ analysis }: { readonly analysis: Analysis }) {
  const { decodeMs, preprocessMs, runMs, readMs } = analysis.timings;
  const parts = [
    { part: 'decode', name: 'decode', ms: decodeMs },
    { part: 'prepare', name: 'resize', ms: preprocessMs },
    { part: 'run', name: 'run', ms: runMs },
    { part: 'read', name: 'read back', ms: readMs },
  ] as const;
  const total = decodeMs + preprocessMs + runMs + readMs;
  return (
    <section className="latency" aria-label="Latency">
      <div className="latency-head">
        <span>
          <h2 className="visually-hidden">Latency</h2>
          {duration(total)} <span className="quiet">on {deviceName(analysis.device)}</span>
        </span>
      </div>
      <div className="latency-bar" aria-hidden>
        {parts.map(({ part, ms }) => (
          <span key={part} data-part={part} style={{ flexGrow: ms / Math.max(total, 1e-6) }} />
        ))}
      </div>
      <ul className="latency-parts">
        {parts.map(({ part, name, ms }) => (
          <li key={part}>
            <i data-part={part} />
            {name} {duration(ms)}
          </li>
        ))}
      </ul>
    </section>
  );
}
