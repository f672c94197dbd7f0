import { ChevronDown, FlaskConical } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { AttentionMap } from '../../../../models/attention/attention-map.ts';
import type { Analysis } from '../../../engine/protocol.ts';
import { predictionsOf } from '../../../pipeline/pipeline.ts';
import type { ModelEntry } from '../../../shell/shell.ts';
import type { TrayImage } from '../../../stores/images.ts';
import { modelRefFor } from '../../../stores/input.ts';
import { useMaps } from '../../../stores/maps.ts';
import { useView } from '../../../stores/view.ts';
import { Banner } from '../../../ui/banner.tsx';
import { Button } from '../../../ui/button.tsx';
import { duration, timeLeft } from '../../../ui/format.ts';
import { Meter } from '../../../ui/meter.tsx';
import { Segments } from '../../../ui/segments.tsx';
import { Select } from '../../../ui/select.tsx';
import { useApp } from '../../frame/app-context.ts';
import type { Inspection } from '../use-inspection.ts';
import { costOf, DEFAULT_EFFORT, RANDOM_ORDERS, STEPS } from './effort.ts';
import { testedCells } from './map-to-test.ts';
import { TestResult } from './test-result.tsx';
import { type TestEffort, testKey, useTests } from './tests.ts';
import './test-map.css';

/** How many of the likeliest classes can be followed; any other one by making it the target. */
const LISTED = 5;

/** In the panel, closed until it is wanted: whether the map says more about the answer than chance does. */
export function TestMap({ inspection }: { readonly inspection: Inspection }) {
  const [open, setOpen] = useState(false);
  const section = useRef<HTMLElement>(null);
  const { image, entry, analysis } = inspection;

  // At the panel's end it would open out of sight in a low window.
  useEffect(() => {
    if (open) section.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);

  if (!image || !entry || !analysis) return null;
  return (
    <section ref={section} className="explanation test-map">
      <Collapsible.Root open={open} onOpenChange={setOpen}>
        <Collapsible.Trigger className="explanation-toggle">
          <FlaskConical size={16} aria-hidden />
          Test this map
          <ChevronDown size={14} aria-hidden />
        </Collapsible.Trigger>
        <Collapsible.Content>
          <TestOfShown inspection={inspection} image={image} entry={entry} analysis={analysis} />
        </Collapsible.Content>
      </Collapsible.Root>
    </section>
  );
}

interface SubjectProps {
  readonly inspection: Inspection;
  readonly image: TrayImage;
  readonly entry: ModelEntry;
  readonly analysis: Analysis;
}

function TestOfShown(props: SubjectProps) {
  const shown = useMaps((maps) => maps.large.shown);
  const atlas = useView((state) => state.atlas);
  if (atlas) return <p className="test-note">Enlarge one of the maps to test it.</p>;
  if (!shown || shown.runId !== props.analysis.runId || !props.inspection.tiles)
    return <p className="test-note">There is no map to test yet.</p>;
  if (shown.components)
    return (
      <p className="test-note">
        Colours of principal components have no order to take cells away in: choose their lengths.
      </p>
    );
  return <TestForm {...props} map={shown.map} />;
}

function TestForm({ inspection, image, entry, analysis, map }: SubjectProps & { readonly map: AttentionMap }) {
  const { tests } = useApp();
  const [effort, setEffort] = useState<TestEffort>(DEFAULT_EFFORT);
  const [classes, chosen, choose] = useFollowedClass(analysis, entry);
  const { tiles } = inspection;
  const cells = useMemo(
    () =>
      testedCells(
        map,
        (tiles ?? []).map(({ geometry }) => geometry),
      ),
    [map, tiles],
  );
  const key = useMemo(() => testKey(chosen.index, cells), [chosen.index, cells]);
  const test = useTests((state) => state.tests.get(key) ?? null);
  const elsewhere = useTests((state) => state.running !== null && state.running !== key);
  const result = useRef<HTMLDivElement>(null);
  const done = test?.kind === 'done';

  // What was waited for is looked at first.
  useEffect(() => {
    if (done) result.current?.scrollIntoView({ block: 'nearest' });
  }, [done]);

  const { runs, ms } = costOf(cells, effort, analysis.timings.runMs);
  const start = () =>
    void tests.start(
      { model: modelRefFor(image, entry), picture: { name: image.name, bytes: image.file } },
      cells,
      chosen.index,
      effort,
    );

  return (
    <div className="test-form">
      <p className="test-text">
        Blurs the map’s cells away, the strongest first, and puts them back onto the blurred picture; then the same in
        random order. A map that found what the class depends on beats chance both ways.
      </p>
      <div className="controls">
        <span className="control-name">Class</span>
        <Select
          label="Class to follow"
          value={String(chosen.index)}
          options={classes.map(({ index, label }) => ({ value: String(index), text: label }))}
          onChange={(index) => choose(Number(index))}
        />
        <span className="control-name">Steps</span>
        <NumberSegments
          label="Steps"
          value={effort.steps}
          options={STEPS}
          onChange={(steps) => setEffort({ ...effort, steps })}
        />
        <span className="control-name">Random</span>
        <NumberSegments
          label="Random orders"
          value={effort.randomOrders}
          options={RANDOM_ORDERS}
          onChange={(randomOrders) => setEffort({ ...effort, randomOrders })}
        />
      </div>
      {map.on === 'pixels' && (
        <p className="test-note">
          The map’s pixels are averaged over the tokens of the last stage, which are taken away.
        </p>
      )}
      {test?.kind === 'running' ? (
        <Running done={test.done} total={test.total} onCancel={tests.cancel} />
      ) : (
        <div className="test-start">
          <Button onClick={start}>{test?.kind === 'done' ? 'Test again' : 'Test'}</Button>
          <span className="quiet">
            {runs} runs, about {ms < 1000 ? duration(ms) : timeLeft(ms / 1000)}
          </span>
        </div>
      )}
      {elsewhere && <Elsewhere onCancel={tests.cancel} />}
      {test?.kind === 'failed' && <Banner tone="danger">{test.error.message}</Banner>}
      <div ref={result}>
        {test?.kind === 'done' && <TestResult curves={test.curves} effort={test.effort} label={chosen.label} />}
      </div>
    </div>
  );
}

interface RunningProps {
  readonly done: number;
  readonly total: number;
  readonly onCancel: () => void;
}

function Running({ done, total, onCancel }: RunningProps) {
  const text = done === 0 ? 'Starting…' : `Run ${done} of ${total}…`;
  return (
    <div className="test-running" data-testid="faithfulness-running">
      <div>
        <p>{text}</p>
        <Meter label="Test of the map" share={total > 0 ? done / total : null} />
      </div>
      <Button onClick={onCancel}>Cancel</Button>
    </div>
  );
}

/** The map was changed while its test runs: the result waits for whoever comes back to it. */
function Elsewhere({ onCancel }: { readonly onCancel: () => void }) {
  return (
    <div className="test-start">
      <Button onClick={onCancel}>Cancel</Button>
      <span className="quiet">Another map is being tested; a new test takes its place.</span>
    </div>
  );
}

interface NumberSegmentsProps {
  readonly label: string;
  readonly value: number;
  readonly options: readonly number[];
  readonly onChange: (value: number) => void;
}

function NumberSegments({ label, value, options, onChange }: NumberSegmentsProps) {
  return (
    <Segments
      label={label}
      value={String(value)}
      options={options.map((each) => ({ value: String(each), text: String(each) }))}
      onChange={(next) => onChange(Number(next))}
    />
  );
}

/** The likeliest classes and the target; the target is followed until another one is chosen here. */
function useFollowedClass(analysis: Analysis, entry: ModelEntry) {
  const target = useView((state) => state.target);
  const [picked, setPicked] = useState<{ readonly runId: string; readonly index: number } | null>(null);
  const ranked = useMemo(() => predictionsOf(analysis, entry.labels), [analysis, entry]);
  const wanted = picked?.runId === analysis.runId ? picked.index : target;
  const classes = ranked.filter(({ index }, place) => place < LISTED || index === target || index === wanted);
  const chosen = classes.find(({ index }) => index === wanted) ?? ranked[0]!;
  const choose = (index: number) => setPicked({ runId: analysis.runId, index });
  return [classes, chosen, choose] as const;
}
