import './brand-mark.css';

/** Three grids, each coarser than the one before: the stages. */
export function BrandMark() {
  return (
    <svg width={20} height={20} viewBox="0 0 20 20" aria-hidden className="brand-mark">
      <rect x="1" y="1" width="18" height="18" rx="4" className="brand-far" />
      <rect x="1" y="1" width="12" height="12" rx="3" className="brand-mid" />
      <rect x="1" y="1" width="6" height="6" rx="2" className="brand-near" />
    </svg>
  );
}
