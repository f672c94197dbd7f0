import type { ImportProposal } from '../../../shell/model-library.ts';
import { megabytes, whole } from '../../../ui/format.ts';
import { formatText } from '../words.ts';

/** What the files say by themselves. */
export function ProposalFacts({ proposal }: { readonly proposal: ImportProposal }) {
  const { facts, files, size } = proposal;
  const beside = [files.spec, files.labels].filter((name) => name !== null);
  return (
    <>
      <p className="import-files selectable">
        {files.checkpoint}
        {beside.length > 0 && <span className="quiet"> with {beside.join(' and ')}</span>}
      </p>
      {files.ignored.length > 0 && <p className="quiet">Of no use here: {files.ignored.join(', ')}</p>}
      <dl className="import-facts">
        <div>
          <dt>Format</dt>
          <dd>{formatText(proposal)}</dd>
        </div>
        <div>
          <dt>Variant</dt>
          <dd>{facts.variant ?? `own, ${facts.spec.stages.map(({ depth }) => depth).join(' + ')} blocks`}</dd>
        </div>
        <div>
          <dt>Classes</dt>
          <dd>{whole(facts.numClasses)}</dd>
        </div>
        <div>
          <dt>Parameters</dt>
          <dd>{whole(facts.parameters)}</dd>
        </div>
        <div>
          <dt>File</dt>
          <dd>{megabytes(size)}</dd>
        </div>
      </dl>
    </>
  );
}
