interface MeterProps {
  readonly label: string;
  /** 0–1; null where nobody knows how far it is. */
  readonly share: number | null;
}

/** A thin bar of progress. */
export function Meter({ label, share }: MeterProps) {
  return (
    <div
      className="meter"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      data-unknown={share === null || undefined}
    >
      <span style={share === null ? undefined : { width: `${share * 100}%` }} />
    </div>
  );
}
