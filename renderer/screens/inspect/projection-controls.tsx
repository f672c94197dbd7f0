import { useView } from '../../stores/view.ts';
import { Segments } from '../../ui/segments.tsx';

const TOKENS = [
  { value: 'before', text: 'before', tip: 'The tokens that all three projections read, LayerNormed', keys: 'z' },
  { value: 'q', text: 'q', tip: 'Convolved for the queries', keys: 'z' },
  { value: 'k', text: 'k', tip: 'Convolved for the keys', keys: 'z' },
  { value: 'v', text: 'v', tip: 'Convolved for the values', keys: 'z' },
] as const;

const SHOWN = [
  { value: 'norm', text: 'length', tip: 'How long each token is as a vector', keys: 'v' },
  {
    value: 'components',
    text: 'components',
    tip: 'The first three principal components as red, green and blue: like tokens have like colours',
    keys: 'v',
  },
] as const;

/** Which tokens around the convolutional projection are shown, and what of them. */
export function ProjectionControls() {
  const projectionOf = useView((state) => state.projectionOf);
  const projectionShow = useView((state) => state.projectionShow);
  const choose = useView((state) => state.choose);
  return (
    <>
      <span className="control-name">Tokens</span>
      <Segments
        label="Tokens"
        value={projectionOf}
        options={TOKENS}
        onChange={(next) => choose({ projectionOf: next })}
      />
      <span className="control-name">Show</span>
      <Segments
        label="Show"
        value={projectionShow}
        options={SHOWN}
        onChange={(next) => choose({ projectionShow: next })}
      />
    </>
  );
}
