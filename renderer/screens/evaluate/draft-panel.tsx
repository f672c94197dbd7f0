import { FileText, FolderOpen, ListOrdered, Play, X } from 'lucide-react';
import { chosenFolder, type PictureFolder } from '../../evaluate/picture-folder.ts';
import { useEvaluate } from '../../stores/evaluate.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { whole } from '../../ui/format.ts';
import { useApp } from '../frame/app-context.ts';
import { chooseFiles } from '../frame/take-files.ts';
import { ModelChoice } from './model-choice.tsx';
import { pictures, sourceText } from './words.ts';

/** A new evaluation: which pictures, which models, and what will be measured. */
export function DraftPanel() {
  const draft = useEvaluate((state) => state.draft);
  const running = useEvaluate((state) => state.run !== null);
  const { evaluations } = useApp();
  const { folder, models, understood, trouble, searching } = draft;
  const labelled = models.map((id) => {
    const known = understood[id];
    return known?.kind === 'read' ? known.labelling.images.length : 0;
  });
  const total = labelled.reduce((sum, count) => sum + count, 0);
  const isReady = folder !== null && models.length > 0 && labelled.every((count) => count > 0);
  return (
    <>
      <h2 className="evaluate-title">New evaluation</h2>
      <p className="evaluate-lead">
        Measures models on pictures whose class is known: top-1 and top-5 with 95 % intervals, by class, what is taken
        for what, and how far confidence can be trusted.
      </p>
      {trouble && <Banner tone="danger">{trouble}</Banner>}
      <section className="evaluate-card" aria-label="Pictures">
        <h3>Pictures</h3>
        {searching !== null ? (
          <p role="status">Searching the folder… {searching > 0 && `${whole(searching)} files so far`}</p>
        ) : folder === null ? (
          <FolderTarget />
        ) : (
          <ChosenFolder />
        )}
      </section>
      <section className="evaluate-card" aria-label="Models">
        <h3>Models</h3>
        <ModelChoice />
      </section>
      <div className="evaluate-start">
        <Button variant="primary" icon={Play} disabled={!isReady || running} onClick={() => void evaluations.start()}>
          {isReady ? `Measure ${pictures(total)}` : 'Measure'}
        </Button>
        <p className="quiet" role="status">
          {startHint(folder !== null, models.length, isReady, running)}
        </p>
      </div>
    </>
  );
}

function startHint(hasFolder: boolean, models: number, isReady: boolean, running: boolean): string {
  if (!hasFolder) return 'Choose a folder first.';
  if (models === 0) return 'Choose a model.';
  if (!isReady) return 'Every chosen model needs pictures with a class that it knows.';
  if (running) return 'Another evaluation is running. Pause it or wait for its end.';
  return 'Answers are kept as they come: you can pause, close the app, and go on later.';
}

function FolderTarget() {
  const { takeFolder } = useApp().evaluations;
  return (
    <div className="folder-target">
      <p>
        Drop a folder here whose sub-folders are named by class: WordNet id (<span className="mono">n01440764</span>),
        name or index. Or a flat folder with a labels file, as ImageNet’s <span className="mono">val_map.txt</span> or a
        CSV.
      </p>
      <ChooseFolder text="Choose a folder…" onFolder={takeFolder} />
    </div>
  );
}

interface ChooseFolderProps {
  readonly text: string;
  readonly primary?: boolean;
  readonly onFolder: (folder: PictureFolder) => Promise<void>;
}

/** Opens the system's dialog for a folder. */
export function ChooseFolder({ text, primary = false, onFolder }: ChooseFolderProps) {
  const choose = () => {
    const input = document.createElement('input');
    input.type = 'file';
    input.webkitdirectory = true;
    input.addEventListener('change', () => {
      const folder = input.files && chosenFolder(input.files);
      if (folder) void onFolder(folder);
    });
    input.click();
  };
  return (
    <Button icon={FolderOpen} variant={primary ? 'primary' : 'plain'} onClick={choose}>
      {text}
    </Button>
  );
}

function ChosenFolder() {
  const { folder, labels, classNames } = useEvaluate((state) => state.draft);
  const { draft, takeFolder } = useApp().evaluations;
  if (folder === null) return null;
  const isOwn = labels !== null && folder.labels?.name === labels.name;
  return (
    <>
      <dl className="evaluate-facts">
        <dt>Folder</dt>
        <dd>
          <strong>{folder.name}</strong>, {pictures(folder.pictures.length)}
          {folder.others > 0 && <span className="quiet"> · {whole(folder.others)} other files left out</span>}
        </dd>
        <dt>Labels</dt>
        <dd>
          {sourceText(labels)}
          {labels !== null && !isOwn && (
            <IconButton icon={X} label={`Without ${labels.name}`} onClick={() => void draft.forgetLabels()} />
          )}
        </dd>
        {classNames && (
          <>
            <dt>Class names</dt>
            <dd>
              {whole(classNames.names.length)} from {classNames.file}
              <IconButton icon={X} label={`Without ${classNames.file}`} onClick={draft.forgetClassNames} />
            </dd>
          </>
        )}
      </dl>
      <div className="evaluate-buttons">
        <ChooseFolder text="Another folder…" onFolder={takeFolder} />
        <Button
          icon={FileText}
          onClick={() => chooseFiles(([file]) => file && void draft.takeLabels(file), '.txt,.csv,.tsv', false)}
        >
          Labels file…
        </Button>
        <Button
          icon={ListOrdered}
          onClick={() => chooseFiles(([file]) => file && void draft.takeClassNames(file), '.txt,.json', false)}
        >
          Class names…
        </Button>
      </div>
    </>
  );
}
