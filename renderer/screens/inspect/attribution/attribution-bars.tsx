import { useMemo } from 'react';
import type { Attribution } from '../../../../models/attention/attribution.ts';
import { colorAt, colorTable } from '../../../../models/drawing/color-maps.ts';
import { precisionWords } from '../../../../models/precision/precision.ts';
import type { StageReport } from '../../../engine/protocol.ts';
import { useModel } from '../../../stores/model.ts';
import { useSettings } from '../../../stores/settings.ts';
import { useView } from '../../../stores/view.ts';
import { Tip } from '../../../ui/tooltip.tsx';
import {
  type BarRange,
  barRange,
  barSpan,
  headTerms,
  type LogitTerms,
  logitTerms,
  logitText,
  signedLogit,
  zeroOf,
} from './attribution-terms.ts';
import './attribution-bars.css';

interface AttributionBarsProps {
  readonly target: Attribution;
  /** Subtracted from it; null for a single class. */
  readonly contrast: Attribution | null;
  /** Index of the last stage. */
  readonly stage: number;
  readonly report: StageReport;
  /** What is taken apart, as `parrot` or `parrot − rooster`. */
  readonly name: string;
}

/** A logit's parts as bars about zero: by block and by head, which can be chosen for the map, and all the rest by name. */
export function AttributionBars({ target, contrast, stage, report, name }: AttributionBarsProps) {
  const block = useView((state) => state.blocks[stage] ?? report.depth - 1);
  const one = useView((state) => state.attributionBlock === 'one');
  const head = useView((state) => state.heads[stage] ?? null);
  const { choose, setBlock, setStage, setHead } = useView.getState();
  const terms = useMemo(() => logitTerms(target, contrast, report.heads, report.grids.cls), [target, contrast, report]);
  const heads = headTerms(terms, one ? block : null);
  // One length for all, so that a block's bar and a head's can be compared.
  const range = barRange([...terms.blocks, ...heads, ...terms.others.map(({ value }) => value)]);

  const chooseBlock = (next: number) => {
    const same = one && next === block;
    setStage(stage);
    setBlock(stage, next);
    choose({ attributionBlock: same ? 'all' : 'one' });
  };
  const chooseHead = (next: number) => {
    setStage(stage);
    setHead(next === head ? null : next);
  };

  return (
    <div className="terms" data-testid="attribution-bars">
      <table className="terms-table">
        <caption>Read in the picture, by block</caption>
        <tbody>
          {terms.blocks.map((value, each) => (
            <TermRow
              // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place
              key={each}
              name={`block ${each + 1}`}
              value={value}
              range={range}
              pressed={one && each === block}
              onPress={() => chooseBlock(each)}
            />
          ))}
        </tbody>
      </table>
      {report.heads > 1 && (
        <table className="terms-table">
          <caption>By head, {one ? `block ${block + 1}` : 'all blocks'}</caption>
          <tbody>
            {heads.map((value, each) => (
              <TermRow
                // biome-ignore lint/suspicious/noArrayIndexKey: a head is its place
                key={each}
                name={`head ${each + 1}`}
                value={value}
                range={range}
                pressed={each === head}
                onPress={() => chooseHead(each)}
              />
            ))}
          </tbody>
        </table>
      )}
      <table className="terms-table">
        <caption>Not of a place in the picture</caption>
        <tbody>
          {terms.others.map(({ id, name: term, tip, value }) => (
            <TermRow key={id} name={term} tip={tip} value={value} range={range} />
          ))}
        </tbody>
      </table>
      <Sum terms={terms} name={name} difference={contrast !== null} />
    </div>
  );
}

interface TermRowProps {
  readonly name: string;
  readonly value: number;
  readonly range: BarRange;
  readonly tip?: string;
  readonly pressed?: boolean;
  readonly onPress?: () => void;
}

function TermRow({ name, value, range, tip, pressed, onPress }: TermRowProps) {
  const table = colorTable(useSettings((settings) => settings.overlay.divergingMap));
  const { start, width } = barSpan(value, range);
  const label = onPress ? (
    <button type="button" className="terms-name" aria-pressed={pressed} onClick={onPress}>
      {name}
    </button>
  ) : (
    <span className="terms-name">{name}</span>
  );
  return (
    <tr>
      <th scope="row">
        {tip ? (
          <Tip label={tip} side="left">
            {label}
          </Tip>
        ) : (
          label
        )}
      </th>
      <td>
        <span className="terms-track" aria-hidden>
          <i style={{ left: `${zeroOf(range) * 100}%` }} />
          <span
            style={{
              left: `${start * 100}%`,
              width: `${width * 100}%`,
              background: colorAt(table, value < 0 ? 0.12 : 0.88),
            }}
          />
        </span>
      </td>
      <td className="terms-value">{signedLogit(value)}</td>
    </tr>
  );
}

function Sum({
  terms,
  name,
  difference,
}: {
  readonly terms: LogitTerms;
  readonly name: string;
  readonly difference: boolean;
}) {
  const ran = useModel(({ state }) => (state.kind === 'ready' ? state.report.precision.ran : 'fp32'));
  return (
    <div>
      <p className="terms-sum" data-testid="attribution-sum">
        <span>
          sum <strong>{logitText(terms.sum)}</strong>
        </span>
        <span>
          {difference ? 'difference of logits' : 'logit'} <strong>{logitText(terms.logit)}</strong>
        </span>
      </p>
      <p className="terms-note">
        All parts add up to {difference ? `the difference ${name}` : `the logit of ${name}`}, with the final norm’s
        factor held fixed. They say what it is made of, not what would happen without a part.
        {ran !== 'fp32' &&
          ` In ${precisionWords(ran)} layers round what they are given, and the parts are as much off.`}
      </p>
    </div>
  );
}
