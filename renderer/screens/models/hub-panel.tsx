import { type FormEvent, useRef, useState } from 'react';
import { SUBJECTS } from '../../library/library-actions.ts';
import type { HubSettings } from '../../shell/model-library.ts';
import { useLibrary } from '../../stores/library.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useApp } from '../frame/app-context.ts';
import { useWanted } from './storage-panel.tsx';

/** Where downloads come from, and as whom. */
export function HubPanel({ hub }: { readonly hub: HubSettings }) {
  return (
    <section aria-label="Hub">
      <h2>Hugging Face hub</h2>
      {/* Another value from elsewhere begins the field anew. */}
      <MirrorField key={hub.mirror} hub={hub} />
      <TokenField hub={hub} />
    </section>
  );
}

function MirrorField({ hub }: { readonly hub: HubSettings }) {
  const { library } = useApp();
  const [text, setText] = useState(hub.mirror ?? '');
  const trouble = useLibrary((store) => store.troubles[SUBJECTS.mirror]);
  const changed = text.trim() !== (hub.mirror ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void library.setMirror(text.trim() === '' ? null : text.trim());
  };
  return (
    <form onSubmit={submit}>
      <TextField
        label="Mirror"
        placeholder="https://huggingface.co"
        value={text}
        problem={trouble?.message ?? (hub.endpoint === null ? 'This is no address that can be asked.' : null)}
        hint={hub.endpoint ? `Downloads come from ${hub.endpoint}.` : undefined}
        onChange={setText}
      >
        <Button type="submit" disabled={!changed}>
          Save
        </Button>
      </TextField>
    </form>
  );
}

const KEPT: Readonly<Record<HubSettings['tokenKept'], string>> = {
  'key-store': 'Kept in the system’s key store.',
  'until-end': 'Kept in memory until the app ends.',
};

function TokenField({ hub }: { readonly hub: HubSettings }) {
  const { library } = useApp();
  const [text, setText] = useState('');
  const trouble = useLibrary((store) => store.troubles[SUBJECTS.token]);
  const form = useRef<HTMLFormElement>(null);
  useWanted('token', () => form.current?.querySelector('input')?.focus());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await library.setToken(text.trim())) setText('');
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <TextField
        label="Access token"
        type="password"
        placeholder={hub.token === 'none' ? 'hf_…, for private and gated models' : '••••••••'}
        value={text}
        problem={trouble?.message ?? null}
        hint={tokenText(hub)}
        onChange={setText}
      >
        <Button type="submit" disabled={text.trim() === ''}>
          Save
        </Button>
        {hub.token === 'stored' && <Button onClick={() => void library.setToken(null)}>Forget</Button>}
      </TextField>
    </form>
  );
}

function tokenText({ token, tokenKept }: HubSettings): string {
  if (token === 'environment') return 'HF_TOKEN of the environment is used. One that is set here goes before it.';
  return token === 'stored' ? `A token is set. ${KEPT[tokenKept]}` : KEPT[tokenKept];
}
