import { ExternalLink, FileInput } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { entryById, isHere, useLibrary } from '../../stores/library.ts';
import { useNotices } from '../../stores/notices.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useApp } from '../frame/app-context.ts';
import { chooseModelFiles } from '../frame/take-files.ts';
import { readRepository } from './repository-id.ts';

/** Ways to a model that is not in the list: any repository, any file. */
export function AddModel() {
  return (
    <section aria-label="Add a model">
      <h2>Add a model</h2>
      <RepositoryField />
      <FileTarget />
    </section>
  );
}

function RepositoryField() {
  const { library } = useApp();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState<string | null>(null);
  const trouble = useLibrary((store) => (asked === null ? undefined : store.troubles[asked]));
  const input = readRepository(text);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (input.kind !== 'id') return setAsked('');
    const known = entryById(useLibrary.getState().snapshot, input.id);
    if (known && isHere(known)) {
      useNotices.getState().show(`${input.id} is on this machine already.`);
      return;
    }
    setAsked(input.id);
    if (await library.download(input.id)) {
      setText('');
      useNotices.getState().show(`${input.id} is in the list and on its way.`);
    }
  };

  const shape = input.kind === 'problem' ? input.problem : input.kind === 'empty' ? 'Type owner/name first.' : null;
  // While it is being typed, a name is not wrong yet, only unfinished.
  const problem = asked === null ? null : (shape ?? trouble?.message ?? null);
  return (
    <form onSubmit={(event) => void submit(event)}>
      <TextField
        label="A CvT repository on Hugging Face"
        placeholder="owner/name[@revision]"
        value={text}
        problem={problem}
        hint="Fine-tunes too: its config gives the spec and the class names."
        onChange={(next) => {
          setText(next);
          setAsked(null);
        }}
      >
        <Button type="submit">Get</Button>
      </TextField>
    </form>
  );
}

/** Drops are taken everywhere on the window; this is the place that says so. */
function FileTarget() {
  const app = useApp();
  const trouble = useLibrary((store) => store.troubles['#zoo']);
  return (
    <>
      <div className="file-target">
        <FileInput size={20} aria-hidden />
        <p>
          Drop a checkpoint anywhere on the window, with its spec, config or labels if there are any.
          <span className="quiet"> PyTorch, safetensors, Paddle or Keras.</span>
        </p>
        <Button onClick={() => chooseModelFiles(app)}>Choose files…</Button>
      </div>
      <p className="zoo">
        <button type="button" className="link" onClick={() => void app.library.openZoo()}>
          Official model zoo
          <ExternalLink size={12} aria-hidden />
        </button>
        <span className="quiet"> opens in your browser. Drop the file that you get there.</span>
      </p>
      {trouble && <Banner tone="danger">{trouble.message}</Banner>}
    </>
  );
}
