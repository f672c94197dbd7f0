import { ChevronLeft, ChevronRight } from 'lucide-react';
import { memo } from 'react';
import type { StageReport } from '../../engine/protocol.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Select } from '../../ui/select.tsx';
import { headName } from './map-words.ts';

/** More heads than this would not fit side by side. */
const HEADS_IN_A_ROW = 6;

/** One head of the chosen stage, or all of them: their mean, of an attribution their sum. */
export const HeadChoice = memo(function HeadChoice({ stages }: { readonly stages: readonly StageReport[] }) {
  const view = useView((state) => state.view);
  const head = useView((state) => state.heads[state.stage] ?? null);
  const report = stages[useView((state) => state.stage)];
  const { setHead, stepHead } = useView.getState();
  // In a rollout the heads' mean takes part, in a projection none does.
  if (view === 'rollout' || view === 'projection') return null;
  const heads = report?.heads ?? 1;
  const all = view === 'attribution' ? 'all' : 'mean';
  const value = head === null ? 'all' : String(head);
  const choose = (next: string) => setHead(next === 'all' ? null : Number(next));
  const values = ['all', ...Array.from({ length: heads }, (_, index) => String(index))];
  const short = (each: string) => (each === 'all' ? all : String(Number(each) + 1));
  const long = (each: string) => {
    if (each !== 'all') return headName(Number(each), heads);
    return view === 'attribution' ? `all ${heads} heads` : headName(null, heads);
  };
  return (
    <>
      <span className="control-name">Head</span>
      {heads === 1 ? (
        <span className="quiet control-text">{report ? 'one head in this stage' : 'not known yet'}</span>
      ) : heads <= HEADS_IN_A_ROW ? (
        <Segments
          label="Head"
          value={value}
          options={values.map((each) => ({ value: each, text: short(each) }))}
          onChange={choose}
        />
      ) : (
        <div className="control-steps">
          <IconButton icon={ChevronLeft} label="Previous head" onClick={() => stepHead(-1)} />
          <Select
            label="Head"
            value={value}
            options={values.map((each) => ({ value: each, text: long(each) }))}
            onChange={choose}
          />
          <IconButton icon={ChevronRight} label="Next head" keys="h" onClick={() => stepHead(1)} />
        </div>
      )}
    </>
  );
});
