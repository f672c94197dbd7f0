import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useImages } from '../../stores/images.ts';
import { useNotices } from '../../stores/notices.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import './notice-bar.css';

/** Long enough to read two lines and to reach for Undo. */
const SHOWN_MS = 9000;

/** A message that belongs to nothing on the screen; it goes by itself, but not from under the pointer. */
export function NoticeBar() {
  const notice = useNotices((state) => state.notice);
  const dismiss = useNotices((state) => state.dismiss);
  const held = useRef(false);

  useEffect(() => {
    if (!notice) return;
    const timer = setInterval(() => !held.current && dismiss(), SHOWN_MS);
    return () => clearInterval(timer);
  }, [notice, dismiss]);

  // What can no longer be brought back from here is let go.
  useEffect(() => {
    if (!notice?.action) useImages.getState().forgetRemoved();
  }, [notice]);

  return (
    <div className="notice-region" role="status" aria-live="polite">
      {notice && (
        <div
          className="notice"
          key={notice.id}
          onPointerEnter={() => {
            held.current = true;
          }}
          onPointerLeave={() => {
            held.current = false;
          }}
        >
          <span className="selectable">{notice.text}</span>
          {notice.action && (
            <Button
              onClick={() => {
                notice.action?.run();
                dismiss();
              }}
            >
              {notice.action.label}
            </Button>
          )}
          <IconButton icon={X} label="Dismiss" onClick={dismiss} />
        </div>
      )}
    </div>
  );
}
