import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { toErrorMessage } from '../../../../models/errors.ts';
import { useNotices } from '../../../stores/notices.ts';
import { useOverview } from '../../../stores/overview.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { useApp } from '../../frame/app-context.ts';

/** Which session the results are from, what is missing of it, and how to be rid of it. */
export function EarlierBanner() {
  const { journal } = useApp();
  const [asking, setAsking] = useState(false);
  const earlier = useOverview((state) => state.earlier);
  if (!earlier) return null;
  const clear = () => {
    journal.clear().then(
      () => {
        useOverview.setState({ earlier: null });
        useOverview.getState().show(false);
        useNotices.getState().show('The kept results are cleared.');
      },
      (error: unknown) => useNotices.getState().show(`The results stay: ${toErrorMessage(error).message}`),
    );
  };
  return (
    <div className="overview-earlier">
      <p>
        From the session of {new Date(earlier.at).toLocaleString()}. Only results were kept: drop the folder again to
        look into a picture; what was run is not run again.
      </p>
      <Button icon={Trash2} onClick={() => setAsking(true)}>
        Clear…
      </Button>
      <Confirm title="Clear all kept results?" open={asking} onOpenChange={setAsking} action="Clear" onConfirm={clear}>
        <p>
          Results and thumbnails of every session are deleted from this machine. Pictures are not touched; they are run
          again when they are dropped again.
        </p>
      </Confirm>
    </div>
  );
}
