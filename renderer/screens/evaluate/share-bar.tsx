import type { Share } from '../../../models/evaluation/wilson.ts';
import { shareInWords } from './words.ts';

/** A share as a bar, with its 95 % interval under it. */
export function ShareBar({ share }: { readonly share: Share }) {
  const at = (value: number) => `${value * 100}%`;
  return (
    <svg className="share-bar" role="img" aria-label={shareInWords(share)}>
      <rect className="track" width="100%" height="6" rx="2" />
      <rect className="bar" width={at(share.value)} height="6" rx="2" />
      <line className="interval" x1={at(share.low)} x2={at(share.high)} y1="10" y2="10" />
    </svg>
  );
}
