import { memo } from 'react';
import type { Analysis } from '../../engine/protocol.ts';
import { duration } from '../../ui/format.ts';
import { deviceName } from './words.ts';

/** How long the picture took, part by part, and on what. Keeps its place without a result, so that nothing below jumps. */
export const Latency = memo(function Latency({ analysis }: { readonly analysis: Analysis | null }) {
  return (
    <section className="latency" aria-label="Latency">
      <h2 className="visually-hidden">Latency</h2>
      {analysis ? <Parts analysis={analysis} /> : <p className="quiet">Not run yet.</p>}
    </section>
  );
});

function Parts({ analysis }: { readonly analysis: Analysis }) {
  const { decodeMs, preprocessMs, runMs, readMs } = analysis.timings;
  const parts = [
    { part: 'decode', name: 'decode', ms: decodeMs },
    { part: 'prepare', name: 'resize', ms: preprocessMs },
    { part: 'run', name: 'run', ms: runMs },
    { part: 'read', name: 'read', ms: readMs },
  ] as const;
  const total = decodeMs + preprocessMs + runMs + readMs;
  return (
    <>
      <p className="latency-head">
        {duration(total)} <span className="quiet">on {deviceName(analysis.device, analysis.precision.ran)}</span>
      </p>
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
    </>
  );
}
