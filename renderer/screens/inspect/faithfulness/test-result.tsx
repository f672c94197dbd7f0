import type { FaithfulnessCurves } from '../../../../models/attention/faithfulness.ts';
import { CurveFigure } from './curve-figure.tsx';
import type { TestEffort } from './tests.ts';
import { highestOf, SAME_AREA, verdict } from './verdict.ts';

interface TestResultProps {
  readonly curves: FaithfulnessCurves;
  readonly effort: TestEffort;
  readonly label: string;
}

/** Both curves against chance, and what they say in a sentence. */
export function TestResult({ curves, effort, label }: TestResultProps) {
  const { shares, deletion, insertion, randomDeletion, randomInsertion } = curves;
  const highest = highestOf(curves);
  return (
    <div className="test-result" data-testid="faithfulness-result">
      <div className="test-curves">
        <CurveFigure
          title="Deletion"
          verb="deleted"
          {...{ label, shares, highest }}
          map={deletion}
          random={randomDeletion}
        />
        <CurveFigure
          title="Insertion"
          verb="inserted"
          {...{ label, shares, highest }}
          map={insertion}
          random={randomInsertion}
        />
      </div>
      <p className="test-legend" aria-hidden>
        <span>
          <i className="test-key-map" /> by this map
        </span>
        <span>
          <i className="test-key-random" /> at random{effort.randomOrders > 1 && `, mean of ${effort.randomOrders}`}
        </span>
      </p>
      <p className="test-verdict selectable">{verdict(curves, label)}</p>
      <p className="test-note">
        Probability of {label} in % over the share of cells taken. One picture, {effort.steps} steps,{' '}
        {effort.randomOrders === 1 ? 'one random order' : `${effort.randomOrders} random orders`}; areas nearer than{' '}
        {SAME_AREA * 100} % of the largest probability are called the same.
      </p>
    </div>
  );
}
