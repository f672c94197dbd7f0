import { ChevronLeft, ChevronRight, PinOff, X } from 'lucide-react';
import type { Compared } from '../../compare/column-results.ts';
import { blockAt, COMPARE_VIEWS, stageIn, useCompareView } from '../../stores/compare-view.ts';
import type { TrayImage } from '../../stores/images.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Select } from '../../ui/select.tsx';
import { VIEW_NAMES } from '../inspect/map-words.ts';
import { VIEW_KEYS } from '../inspect/view-switch.tsx';
import { VIEW_MEANS } from './compare-words.ts';
import { ExportButton } from './export-button.tsx';

interface CompareBarProps {
  readonly compared: Compared;
  readonly image: TrayImage | null;
}

/** The one view of all columns: which map, of which stage, block and head, on which scale. */
export function CompareBar({ compared, image }: CompareBarProps) {
  const view = useCompareView((state) => state.view);
  const oneScale = useCompareView((state) => state.oneScale);
  const choose = useCompareView((state) => state.choose);
  return (
    <header className="compare-bar">
      <h2 className="visually-hidden">View of all columns</h2>
      <Segments
        label="View"
        value={view}
        options={COMPARE_VIEWS.map((value) => ({
          value,
          text: VIEW_NAMES[value],
          tip: VIEW_MEANS[value],
          keys: VIEW_KEYS[value],
        }))}
        onChange={(next) => choose({ view: next })}
      />
      <OfView />
      {view !== 'rollout' && <Place compared={compared} />}
      <Pins />
      <span className="compare-bar-gap" />
      <Segments
        label="Scale"
        value={oneScale ? 'one' : 'own'}
        options={[
          {
            value: 'one',
            text: 'one scale',
            tip: 'One range for all columns, in multiples of uniform where that has a meaning',
          },
          { value: 'own', text: 'own scales', tip: 'Each column’s map from 0 to its own maximum' },
        ]}
        onChange={(next) => choose({ oneScale: next === 'one' })}
      />
      <ExportButton compared={compared} image={image} />
    </header>
  );
}

function OfView() {
  const view = useCompareView((state) => state.view);
  const direction = useCompareView((state) => state.direction);
  const rolloutFrom = useCompareView((state) => state.rolloutFrom);
  const target = useCompareView((state) => state.target);
  const choose = useCompareView((state) => state.choose);
  switch (view) {
    case 'query':
      return (
        <Segments
          label="Direction"
          value={direction}
          options={[
            { value: 'attends', text: 'attends to', keys: 'd', tip: 'What the token at this place attends to' },
            { value: 'attended', text: 'attended by', keys: 'd', tip: 'Which tokens attend to the key at this place' },
          ]}
          onChange={(next) => choose({ direction: next })}
        />
      );
    case 'rollout':
      return (
        <Segments
          label="From"
          value={rolloutFrom}
          options={[
            { value: 'answer', text: 'from the answer', keys: 'g', tip: 'From what the classifier reads' },
            { value: 'query', text: 'from the query', keys: 'g', tip: 'From a token of the last stage' },
          ]}
          onChange={(next) => choose({ rolloutFrom: next })}
        />
      );
    case 'attribution':
      return (
        <span className="compare-target">
          <span className="quiet">
            {target ? 'Logit of' : 'Each column’s own answer; press a class to explain it in all'}
          </span>
          {target && (
            <>
              <strong>{target.label}</strong>
              <IconButton icon={X} label="Each column’s own answer again" onClick={() => choose({ target: null })} />
            </>
          )}
        </span>
      );
    case 'cls':
    case 'received':
      return null;
  }
}

/** Stage, block and head, counted in the largest of the networks; smaller ones show the nearest they have. */
function Place({ compared }: { readonly compared: Compared }) {
  const view = useCompareView((state) => state.view);
  const stage = useCompareView((state) => state.stage);
  const depth = useCompareView((state) => state.depth);
  const head = useCompareView((state) => state.head);
  const choose = useCompareView((state) => state.choose);
  const networks = compared.done.map(({ state }) => state.analysis.stages);
  const stageCount = Math.max(3, ...networks.map(({ length }) => length));
  const shown = networks.flatMap((stages) => stages[stageIn({ view, stage }, stages.length)] ?? []);
  const blocks = Math.max(1, ...shown.map((each) => each.depth));
  const heads = Math.max(1, ...shown.map((each) => each.heads));
  const block = blockAt(depth, blocks);
  const goTo = (next: number) => choose({ depth: blocks > 1 ? next / (blocks - 1) : 1 });
  return (
    <>
      {view !== 'attribution' && (
        <>
          <Segments
            label="Stage"
            value={String(Math.min(stage, stageCount - 1))}
            options={Array.from({ length: stageCount }, (_, each) => ({
              value: String(each),
              text: String(each + 1),
              tip: `Stage ${each + 1}; a network of fewer shows its last`,
              keys: String(each + 1),
            }))}
            onChange={(next) => choose({ stage: Number(next) })}
          />
          <span className="compare-block">
            <IconButton
              icon={ChevronLeft}
              label="Previous block"
              keys="["
              disabled={block === 0}
              onClick={() => goTo(block - 1)}
            />
            <span>
              block {block + 1}
              <span className="quiet">/{blocks}</span>
            </span>
            <IconButton
              icon={ChevronRight}
              label="Next block"
              keys="]"
              disabled={block === blocks - 1}
              onClick={() => goTo(block + 1)}
            />
          </span>
        </>
      )}
      <span className="compare-head">
        <Select
          label="Head"
          value={head === null ? 'all' : String(Math.min(head, heads - 1))}
          options={[
            { value: 'all', text: view === 'attribution' ? 'all heads' : 'mean of heads' },
            ...Array.from({ length: heads }, (_, each) => ({ value: String(each), text: `head ${each + 1}` })),
          ]}
          onChange={(next) => choose({ head: next === 'all' ? null : Number(next) })}
        />
      </span>
    </>
  );
}

function Pins() {
  const count = useCompareView((state) => state.pins.length);
  const removeAll = useCompareView((state) => state.removeAllPins);
  if (count === 0) return null;
  return (
    <Button variant="ghost" icon={PinOff} onClick={removeAll}>
      {count === 1 ? '1 pin' : `${count} pins`}
    </Button>
  );
}
