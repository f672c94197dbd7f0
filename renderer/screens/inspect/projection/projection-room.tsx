import { useMemo, useState } from 'react';
import type { ProjectionTokens } from '../../../../models/attention/attention-map.ts';
import { projectionMap } from '../../../../models/attention/maps.ts';
import type { ProjectionStudy } from '../../../../models/attention/projection-study.ts';
import { colorGradient, colorTable } from '../../../../models/drawing/color-maps.ts';
import { mapScale } from '../../../../models/drawing/map-scale.ts';
import type { StageTiles } from '../../../pipeline/tiles.ts';
import { useSettings } from '../../../stores/settings.ts';
import { studyAt, useStudies } from '../../../stores/studies.ts';
import { useView } from '../../../stores/view.ts';
import { value } from '../../../ui/format.ts';
import { Segments } from '../../../ui/segments.tsx';
import { Tip } from '../../../ui/tooltip.tsx';
import type { Scene } from '../use-inspection.ts';
import { KernelDetail } from './kernel-detail.tsx';
import { KernelSheet } from './kernel-sheet.tsx';
import { channelOrder, type KernelOrder, type Kernels, kernelNorms, largestWeight } from './kernels.ts';
import { explainedText, projectionText, TOKEN_NAMES, TOKEN_TIPS } from './projection-words.ts';
import { TokenThumb } from './token-thumb.tsx';
import './projection-room.css';

const TOKENS: readonly ProjectionTokens[] = ['before', 'q', 'k', 'v'];

const ORDERS: readonly { readonly value: KernelOrder; readonly text: string; readonly tip: string }[] = [
  { value: 'norm', text: 'norm', tip: 'The strongest kernels first' },
  { value: 'channel', text: 'channel', tip: 'As the network counts them' },
];

/** In the panel: the chosen block's convolutional projection, what goes in, what comes out, and by which kernels. */
export function ProjectionRoom({ scene }: { readonly scene: Scene }) {
  const stage = useView((state) => state.stage);
  const block = useView((state) => state.blocks[stage] ?? 0);
  const study = useStudies((studies) => studyAt(studies, 'projection', stage));
  const tiles = scene.tiles?.[stage];
  const { answered } = study;
  // The last block's stays until this one's is there; then again it must be of this stage's run.
  const isThis = answered?.argument.runId === scene.analysis?.runId && answered?.argument.block === block;
  if (!answered || !isThis || !tiles) return null;
  return (
    <section className="projection" aria-label="Convolutional projection" data-testid="projection-room">
      <header className="panel-head">
        <h2>Projection</h2>
        <span className="quiet">
          stage {stage + 1}, block {block + 1}
        </span>
      </header>
      <p className="projection-text selectable">{projectionText(answered.answer)}</p>
      <Tokens runId={answered.argument.runId} study={answered.answer} stage={stage} block={block} tiles={tiles} />
      {answered.answer.kernels && <KernelRoom study={answered.answer} kernels={answered.answer.kernels} />}
    </section>
  );
}

interface TokensProps {
  readonly runId: string;
  readonly study: ProjectionStudy;
  readonly stage: number;
  readonly block: number;
  readonly tiles: StageTiles;
}

/** The tokens before and after, side by side; the chosen ones lie over the picture. */
function Tokens({ runId, study, stage, block, tiles }: TokensProps) {
  const of = useView((state) => state.projectionOf);
  const components = useView((state) => state.projectionShow === 'components');
  const range = useView((state) => state.range);
  const locked = useView((state) => state.locked);
  const choose = useView((state) => state.choose);
  const maps = useMemo(() => TOKENS.map((each) => projectionMap(stage, block, study, each)), [stage, block, study]);
  const pictureOf = (each: ProjectionTokens) => (each === 'before' ? study.before : study.after[each]);
  return (
    <div className="projection-tokens">
      <div className="projection-thumbs">
        {TOKENS.map((each, at) => {
          const map = maps[at]!;
          return (
            <Tip key={each} label={`${TOKEN_TIPS[each]}; click to lay them over the picture`} side="top">
              <button
                type="button"
                aria-pressed={of === each}
                aria-label={`Tokens ${TOKEN_NAMES[each]}: ${TOKEN_TIPS[each]}`}
                onClick={() => choose({ projectionOf: each })}
              >
                <TokenThumb
                  shown={{
                    runId,
                    map,
                    scale: mapScale(map, range, maps, locked),
                    components: components ? pictureOf(each) : null,
                  }}
                  tiles={tiles[map.on === 'keys' ? 'keys' : 'tokens']}
                />
                <span>{TOKEN_NAMES[each]}</span>
              </button>
            </Tip>
          );
        })}
      </div>
      {components && (
        <p className="projection-note">
          Share of the variance that the colours show, {TOKEN_NAMES[of]}: {explainedText(pictureOf(of).explained)}
        </p>
      )}
    </div>
  );
}

interface KernelRoomProps {
  readonly study: ProjectionStudy;
  readonly kernels: Kernels;
}

function KernelRoom({ study, kernels }: KernelRoomProps) {
  const of = useView((state) => state.projectionOf);
  const table = colorTable(useSettings((settings) => settings.overlay.divergingMap));
  const [order, setOrder] = useState<KernelOrder>('norm');
  const [chosen, setChosen] = useState<number | null>(null);
  // Before the convolution there is none; q's kernels are the first that follow.
  const kind = of === 'before' ? 'q' : of;
  const { kernelSize } = study;
  const largest = useMemo(() => largestWeight(kernels), [kernels]);
  const norms = useMemo(() => kernelNorms(kernels[kind], kernelSize), [kernels, kind, kernelSize]);
  const channels = useMemo(() => channelOrder(norms, order), [norms, order]);
  const channel = Math.min(chosen ?? channels[0] ?? 0, study.channels - 1);
  return (
    <div className="projection-kernels">
      <div className="projection-row">
        <h3>
          Kernels of {kind} <span className="quiet">{study.channels} channels</span>
        </h3>
        <Segments label="Order of the kernels" value={order} options={ORDERS} onChange={setOrder} />
      </div>
      <KernelSheet
        kind={kind}
        kernels={kernels[kind]}
        kernelSize={kernelSize}
        norms={norms}
        order={channels}
        channel={channel}
        largest={largest}
        table={table}
        onChoose={setChosen}
      />
      <div className="projection-row">
        <span>
          channel {channel} <span className="quiet">norm</span> {value(norms[channel] ?? 0)}
        </span>
        <span className="color-bar" role="img" aria-label={`Weights from −${value(largest)} to ${value(largest)}`}>
          <span>−{value(largest)}</span>
          <span className="color-bar-ramp" style={{ background: colorGradient(table.name) }} />
          <span>{value(largest)}</span>
        </span>
      </div>
      <KernelDetail kernels={kernels} kernelSize={kernelSize} channel={channel} largest={largest} table={table} />
      <p className="projection-note">
        Weights with batch norm’s factor in them, q, k and v on one scale. Channels count from 0.
      </p>
    </div>
  );
}
